namespace Dkm.UnitTests.Model;

/// <summary>How far a search goes: everything within it is looked at, nothing beyond.</summary>
/// <param name="Horizon">Ticks; a key's period is six, and the next one's slot is five after the start.</param>
/// <param name="Faults">How many things may go wrong or out of the ordinary in one history.</param>
/// <param name="OlderKey">Whether the ring begins with a key besides its primary, which is soon to be archived.</param>
/// <param name="RollAfterRestore">Whether somebody may roll the ring at once, besides, when an old snapshot was put back.</param>
internal sealed record Scope(int Horizon, int Faults, bool OlderKey = false, bool RollAfterRestore = false)
{
    /// <summary>From a decision to the moment at which every holder that may go on needs the key.</summary>
    public static Scope Long { get; } = new(4, 1);

    public static Scope Archiving { get; } = new(2, 1, OlderKey: true, RollAfterRestore: true);

    public static Scope ThreeFaults { get; } = new(1, 3);
}
