namespace Dkm.KeyRing.Rings;

using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Dkm.Core.Authorization;

/// <summary>Who holds a ring by its bindings, as prints. Pure.</summary>
internal static class HoldRule
{
    /// <summary>The uids of the groups that are bound with <c>hold</c>.</summary>
    public static IEnumerable<string> Groups(IEnumerable<RingBinding> bindings) =>
        bindings.Where(binding => binding.Grants(RingPermission.Hold)).Select(binding => binding.GroupUid);

    public static ImmutableArray<ulong> Members(string groupUid, PolicySnapshot policy) => policy.FindByUid(groupUid) is { Kind: GroupKind.Workload } group
        ? HoldGroup.Prints(group.Members.Where(group.Contains))
        : [];

    public static HashSet<ulong> Holders(IEnumerable<RingBinding> bindings, PolicySnapshot policy) =>
        [.. Groups(bindings).SelectMany(uid => Members(uid, policy))];

    /// <summary>Whether somebody who may hold by <paramref name="before"/> may no longer by <paramref name="after"/>.</summary>
    public static bool TakesAway(IEnumerable<RingBinding> before, IEnumerable<RingBinding> after, PolicySnapshot policy) =>
        !Holders(before, policy).IsSubsetOf(Holders(after, policy));
}
