namespace Dkm.UnitTests.ApprovalModel;

/// <summary>How far a search goes: everything within it is looked at, nothing beyond.</summary>
/// <param name="Proposal">A change of a group that one other administrator approves, instead of an elevation with two levels.</param>
/// <param name="Horizon">Ticks. A petition lapses after two, an elevation lasts two.</param>
/// <param name="Faults">How many clocks are set back, groups changed and objects changed in one history.</param>
internal sealed record ApprovalScope(bool Proposal, int Horizon, int Faults)
{
    public const int PendingEnd = 2;
    public const int Duration = 2;
    public const int SetBack = 2;

    public static ApprovalScope Elevation { get; } = new(false, 4, 1);

    public static ApprovalScope Change { get; } = new(true, 2, 2);
}
