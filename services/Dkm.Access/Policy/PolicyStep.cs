namespace Dkm.Access.Policy;

using System.Collections.Generic;
using System.Linq;
using Dkm.Core.Authorization;

/// <summary>From one policy to the next.</summary>
internal sealed record PolicyStep(PolicySnapshot Before, PolicySnapshot After, IReadOnlyList<GroupEntry> Updated, IReadOnlyList<string> DeletedUids)
{
    /// <summary>By looking at both: also right where the replica began anew and nobody can say what happened in between.</summary>
    public static PolicyStep Between(PolicySnapshot before, PolicySnapshot after) => new(
        before,
        after,
        [.. after.Groups.Where(group => before.FindByUid(group.Uid) is not { } old || !Same(old, group))],
        [.. before.Groups.Where(group => after.FindByUid(group.Uid) is null).Select(group => group.Uid)]);

    private static bool Same(GroupEntry left, GroupEntry right) =>
        ReferenceEquals(left, right) || (left.Name == right.Name && left.Kind == right.Kind && left.Members.SetEquals(right.Members));
}
