namespace Dkm.Core.Authorization;

using System.Collections.Generic;

/// <summary>
/// The one decision about keys, pure: KeyRing (hold, manage, CheckAccess) and Crypto (encrypt, decrypt) both ask it, so that they cannot
/// disagree. Default deny; the class of the caller is judged first and again inside the group, whatever the records say.
/// </summary>
public static class AccessRule
{
    /// <summary>The bare answer, for the hot path: the same as <see cref="Decide"/> without its words, and without an allocation.</summary>
    public static bool Allows(SpiffeId caller, RingPermission wanted, IReadOnlyList<RingBinding> bindings, PolicySnapshot policy) =>
        ClassMayHave(caller.Class, wanted) && FindGrant(caller, wanted, bindings, policy) is not null;

    /// <summary>Decides and explains.</summary>
    public static AccessDecision Decide(
        SpiffeId caller, string ring, RingPermission wanted, IReadOnlyList<RingBinding> bindings, PolicySnapshot policy)
    {
        if (!ClassMayHave(caller.Class, wanted))
        {
            return AccessWords.WrongClass(caller, ring, wanted);
        }

        if (FindGrant(caller, wanted, bindings, policy) is { } grant)
        {
            return AccessWords.Granted(caller, ring, wanted, grant);
        }

        return HasAnyBinding(caller, bindings, policy)
            ? AccessWords.PermissionMissing(caller, ring, wanted)
            : AccessWords.NotBound(caller, ring, wanted);
    }

    /// <summary>As <see cref="Decide"/> for <c>manage</c> and <c>destroy</c>, and an administrator needs no binding.</summary>
    public static AccessDecision DecideAdministration(
        SpiffeId caller, string ring, RingPermission wanted, IReadOnlyList<RingBinding> bindings, PolicySnapshot policy) =>
        policy.IsAdministrator(caller) ? AccessWords.Administrator(caller) : Decide(caller, ring, wanted, bindings, policy);

    /// <summary>Whether the caller is in <c>dkm-admins</c>.</summary>
    public static AccessDecision DecideAdministrator(SpiffeId caller, PolicySnapshot policy) =>
        policy.IsAdministrator(caller) ? AccessWords.Administrator(caller) : AccessWords.NotAdministrator(caller);

    /// <summary>
    /// Whether the caller is bound to the ring at all. Where not, a denial must have one text that names no ring; where she is, it may name
    /// ring and permission.
    /// </summary>
    public static bool HasAnyBinding(SpiffeId caller, IReadOnlyList<RingBinding> bindings, PolicySnapshot policy)
    {
        for (var i = 0; i < bindings.Count; i++)
        {
            if (policy.IsMember(bindings[i].GroupUid, caller))
            {
                return true;
            }
        }

        return false;
    }

    private static bool ClassMayHave(IdentityClass identityClass, RingPermission wanted) => identityClass switch
    {
        IdentityClass.Workload => true,
        IdentityClass.Human => !wanted.ReachesKeys(),
        _ => false,
    };

    private static RingBinding? FindGrant(
        SpiffeId caller, RingPermission wanted, IReadOnlyList<RingBinding> bindings, PolicySnapshot policy)
    {
        for (var i = 0; i < bindings.Count; i++)
        {
            var binding = bindings[i];
            if (binding.Grants(wanted)
                && policy.FindByUid(binding.GroupUid) is { } group
                && wanted.MayBeBoundTo(group.Kind)
                && group.Contains(caller))
            {
                return binding;
            }
        }

        return null;
    }
}
