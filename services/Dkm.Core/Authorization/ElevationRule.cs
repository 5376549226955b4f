namespace Dkm.Core.Authorization;

using System;
using System.Collections.Generic;

/// <summary>
/// What an elevated identity may do: the elevation ∩ the group's binding ∩ {encrypt, decrypt}, judged at every use. Never <c>hold</c>, never administration, whatever the group is bound to. Pure.
/// </summary>
public static class ElevationRule
{
    /// <summary>The elevation of this identity, if it is in force. What Access does not name any more is over, whatever its end.</summary>
    /// <param name="caller">An elevated identity.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="now">The later of the decider's own clock and Access's time as it was heard.</param>
    public static ElevationEntry? Find(SpiffeId caller, PolicySnapshot policy, DateTimeOffset now) =>
        caller.Elevation is { } id && policy.FindElevation(id) is { } elevation && elevation.IsInForce(now) ? elevation : null;

    /// <summary>The bare answer, for the hot path.</summary>
    public static bool Allows(
        SpiffeId caller, string ring, RingPermission wanted, IReadOnlyList<RingBinding> bindings, PolicySnapshot policy, DateTimeOffset now) =>
        IsElevated(wanted) && Find(caller, policy, now) is { } elevation && FindGrant(elevation, ring, wanted, bindings, policy) is not null;

    /// <summary>Whether she may do anything at all with the ring: only then a denial may name it.</summary>
    public static bool IsBound(SpiffeId caller, string ring, IReadOnlyList<RingBinding> bindings, PolicySnapshot policy, DateTimeOffset now) =>
        Allows(caller, ring, RingPermission.Encrypt, bindings, policy, now) || Allows(caller, ring, RingPermission.Decrypt, bindings, policy, now);

    /// <summary>Decides and explains.</summary>
    public static AccessDecision Decide(
        SpiffeId caller, string ring, RingPermission wanted, IReadOnlyList<RingBinding> bindings, PolicySnapshot policy, DateTimeOffset now)
    {
        if (!IsElevated(wanted))
        {
            return AccessWords.WrongClass(caller, ring, wanted);
        }

        if (Find(caller, policy, now) is not { } elevation)
        {
            return AccessWords.ElevationOver(caller);
        }

        return FindGrant(elevation, ring, wanted, bindings, policy) is { } grant
            ? AccessWords.Elevated(caller, ring, wanted, grant, elevation)
            : IsBound(caller, ring, bindings, policy, now)
                ? AccessWords.ElevatedWithout(caller, ring, wanted, elevation)
                : AccessWords.ElevatedNotBound(caller, ring, wanted, elevation);
    }

    private static bool IsElevated(RingPermission wanted) => wanted is RingPermission.Encrypt or RingPermission.Decrypt;

    private static RingBinding? FindGrant(
        ElevationEntry elevation, string ring, RingPermission wanted, IReadOnlyList<RingBinding> bindings, PolicySnapshot policy)
    {
        if (!Covers(elevation, ring) || policy.FindByUid(elevation.GroupUid) is not { Kind: GroupKind.Workload })
        {
            return null;
        }

        for (var i = 0; i < bindings.Count; i++)
        {
            if (string.Equals(bindings[i].GroupUid, elevation.GroupUid, StringComparison.Ordinal) && bindings[i].Grants(wanted))
            {
                return bindings[i];
            }
        }

        return null;
    }

    private static bool Covers(ElevationEntry elevation, string ring)
    {
        for (var i = 0; i < elevation.KeyRings.Count; i++)
        {
            if (string.Equals(elevation.KeyRings[i], ring, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return elevation.KeyRings.Count == 0;
    }
}
