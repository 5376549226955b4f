namespace Dkm.Access.Approvals;

using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>How a human may act as a member of a group for a while. Immutable, compared by what it says.</summary>
internal sealed record ElevationPolicy(IReadOnlyList<ApproverLevel> Levels, TimeSpan MaximumDuration, TimeSpan PendingTtl)
{
    public const int MaximumLevels = 8;
    public const int MaximumApprovals = 16;

    /// <summary>Default and cap.</summary>
    public static readonly TimeSpan LongestElevation = TimeSpan.FromHours(4);

    public static readonly TimeSpan UsualPendingTtl = TimeSpan.FromHours(12);

    public static readonly TimeSpan LongestPendingTtl = TimeSpan.FromDays(7);

    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    public bool Equals(ElevationPolicy? other) =>
        other is not null && MaximumDuration == other.MaximumDuration && PendingTtl == other.PendingTtl && SameLevels(other.Levels);

    /// <summary>Whether these levels ask for the same people: a group's name may be another after it was made again, its uid not.</summary>
    public bool SameLevels(IReadOnlyList<ApproverLevel> levels) =>
        Levels.Select(level => (level.GroupUid, level.Approvals)).SequenceEqual(levels.Select(level => (level.GroupUid, level.Approvals)));

    public override int GetHashCode() => HashCode.Combine(Levels.Count, MaximumDuration, PendingTtl);
}
