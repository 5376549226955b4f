namespace Dkm.Cli.Groups;

using System.Collections.Generic;
using System.Linq;
using Dkm.Access.V1;
using Dkm.Cli.Elevations;
using Dkm.Cli.Parsing;

/// <summary>How humans may act as members of a group for a while.</summary>
internal sealed record ElevationPolicyView(List<LevelView> Levels, string MaxDuration, string PendingTtl)
{
    public static ElevationPolicyView Of(ElevationPolicy policy) => new(
        [.. policy.Levels.Select(level => new LevelView(level.Group, level.Approvals))],
        Durations.Format(policy.MaxDuration.ToTimeSpan()),
        Durations.Format(policy.PendingTtl.ToTimeSpan()));

    public string ToText() =>
        $"for at most {MaxDuration}, after the approval of {string.Join(", then ", Levels.Select(level => $"{level.Approvals} of {level.Group}"))}; a request waits {PendingTtl}";
}
