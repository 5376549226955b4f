namespace Dkm.KeyRing.Rollover;

using System;
using System.Collections.Immutable;
using System.Linq;
using Dkm.Core;

/// <summary>
/// Of the keys that are or were primary, the newest <c>archive_after</c> stay live. A key counts only when every clock has seen its time come:
/// else with <c>archive_after</c> 1 a holder whose clock is behind would lose its primary before it has the next.
/// </summary>
internal static class ArchiveRule
{
    /// <summary>A step is one transaction, which has its limit (<see cref="Dkm.Storage.RecordChanges.MaximumChanges"/>); what is left is due at once.</summary>
    public const int MaximumPerStep = 50;

    public static ImmutableArray<KeyId> Beyond(RingTimes ring, DateTimeOffset now)
    {
        var settled = ring.Enabled.Count(key => key.ActivateTime + ring.Timing.Settling <= now);
        return [.. ring.Enabled.Take(Math.Min(settled - ring.Policy.ArchiveAfter, MaximumPerStep)).Select(key => key.Id)];
    }

    public static DateTimeOffset? NextTime(RingTimes ring) =>
        ring.Enabled.Length > ring.Policy.ArchiveAfter ? ring.Enabled[ring.Policy.ArchiveAfter].ActivateTime + ring.Timing.Settling : null;
}
