namespace Dkm.IntegrationTests.Held;

using System;

/// <summary>
/// What a ring that rolls over by the clock has to look like at a time, from its policy and its first key's time alone: a formula of its own, that shares nothing with the leader.
/// </summary>
/// <param name="Begin">The first key's time.</param>
/// <param name="Period">From one key's time to the next.</param>
/// <param name="Lead">How long before its time a key is made.</param>
/// <param name="ArchiveAfter">So many of the newest that are or were primary stay live.</param>
/// <param name="Settling">A key counts as primary for the archive so long after its time.</param>
internal sealed record RollingSchedule(DateTimeOffset Begin, TimeSpan Period, TimeSpan Lead, int ArchiveAfter, TimeSpan Settling)
{
    /// <summary>The first, and one for each slot whose lead has begun.</summary>
    public int Keys(DateTimeOffset at) => 1 + (int)Math.Floor((at + Lead - Begin) / Period);

    /// <summary>Those whose successor's successor… has settled.</summary>
    public int Archived(DateTimeOffset at) => Math.Max(0, 1 + (int)Math.Floor((at - Settling - Begin) / Period) - ArchiveAfter);
}
