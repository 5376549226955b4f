namespace Dkm.Access.Policy;

using System.Collections.Generic;
using System.Linq;
using Dkm.Core.Authorization;

/// <summary>From one policy to the next.</summary>
internal sealed record PolicyStep(
    PolicySnapshot Before,
    PolicySnapshot After,
    IReadOnlyList<GroupEntry> Updated,
    IReadOnlyList<string> DeletedUids,
    IReadOnlyList<ElevationEntry> Started,
    IReadOnlyList<string> EndedIds)
{
    /// <summary>By looking at both: also right where the replica began anew and nobody can say what happened in between.</summary>
    public static PolicyStep Between(PolicySnapshot before, PolicySnapshot after) => new(
        before,
        after,
        [.. after.Groups.Where(group => before.FindByUid(group.Uid) is not { } old || !Same(old, group))],
        [.. before.Groups.Where(group => after.FindByUid(group.Uid) is null).Select(group => group.Uid)],
        [.. after.Elevations.Where(elevation => before.FindElevation(elevation.Id) is not { } old || old.EndTime != elevation.EndTime)],
        [.. before.Elevations.Where(elevation => after.FindElevation(elevation.Id) is null).Select(elevation => elevation.Id)]);

    private static bool Same(GroupEntry left, GroupEntry right) =>
        ReferenceEquals(left, right) || (left.Name == right.Name && left.Kind == right.Kind && left.Members.SetEquals(right.Members));
}
