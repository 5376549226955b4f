namespace Dkm.Core.Authorization;

using System.Linq;

/// <summary>The words of a decision. A denial says who the caller is, what is missing, and what may be done about it.</summary>
internal static class AccessWords
{
    public static AccessDecision Granted(SpiffeId caller, string ring, RingPermission wanted, RingBinding grant) =>
        new(
            true,
            Reasons.MemberOfBoundGroup,
            $"{caller} is a member of group '{grant.Group}', which is bound to '{ring}' with "
            + (grant.Permissions.Contains(wanted) ? wanted.Word() : $"{RingPermission.Hold.Word()}, which implies {wanted.Word()}"),
            grant.Group);

    public static AccessDecision Administrator(SpiffeId caller) =>
        new(true, Reasons.Administrator, $"{caller} is an administrator", BuiltInGroups.Administrators);

    public static AccessDecision NotAdministrator(SpiffeId caller) =>
        new(
            false,
            Reasons.AdministratorsOnly,
            $"{caller} is not a member of '{BuiltInGroups.Administrators}', and only administrators may do this; "
            + (caller.Class == IdentityClass.Human
                ? $"an administrator can: dkm group add {BuiltInGroups.Administrators} {caller}"
                : "administrators are humans, so ask one"));

    public static AccessDecision WrongClass(SpiffeId caller, string ring, RingPermission wanted) => caller.Class switch
    {
        IdentityClass.Human => new(
            false,
            Reasons.HumansHoldNoKeys,
            $"{caller} is a human, and no human ever gets {wanted.Word()}, here on '{ring}', whatever group she is in; use the identity of a workload that is bound to it"),
        IdentityClass.Elevated => new(
            false,
            Reasons.PermissionMissing,
            $"{caller} is an elevated identity, which never gets {wanted.Word()} by a binding, here on '{ring}'"),
        _ => new(
            false,
            Reasons.PermissionMissing,
            $"{caller} is a service, which never gets {wanted.Word()} by a binding, here on '{ring}'"),
    };

    public static AccessDecision PermissionMissing(SpiffeId caller, string ring, RingPermission wanted) =>
        new(
            false,
            Reasons.PermissionMissing,
            $"{caller} is bound to '{ring}', but without {wanted.Word()}; an administrator can: dkm ring bind {ring} GROUP={wanted.Word()}");

    public static AccessDecision NotBound(SpiffeId caller, string ring, RingPermission wanted) =>
        new(
            false,
            Reasons.NotBound,
            $"{caller} is in no group that is bound to '{ring}', so {wanted.Word()} is denied; an administrator can: "
            + $"dkm group add GROUP {caller}, with a group that is bound, or first: dkm ring bind {ring} GROUP={wanted.Word()}");

    public static AccessDecision Elevated(SpiffeId caller, string ring, RingPermission wanted, RingBinding grant, ElevationEntry elevation) =>
        new(
            true,
            Reasons.Elevated,
            $"{caller} is {elevation.Requester}, who acts as a member of group '{grant.Group}' until {elevation.EndTime:u}; it is bound to '{ring}' with "
            + (grant.Permissions.Contains(wanted) ? wanted.Word() : $"{RingPermission.Hold.Word()}, which implies {wanted.Word()}"),
            grant.Group);

    public static AccessDecision ElevationOver(SpiffeId caller) =>
        new(
            false,
            Reasons.ElevationOver,
            $"{caller} is not in force: the elevation has ended, was revoked, or there never was one; another can be requested: dkm elevate request --group GROUP");

    public static AccessDecision ElevatedWithout(SpiffeId caller, string ring, RingPermission wanted, ElevationEntry elevation) =>
        new(
            false,
            Reasons.PermissionMissing,
            $"{caller} acts as a member of group '{elevation.Group}', which is bound to '{ring}' without {wanted.Word()}; an administrator can: dkm ring bind {ring} {elevation.Group}={wanted.Word()}");

    public static AccessDecision ElevatedNotBound(SpiffeId caller, string ring, RingPermission wanted, ElevationEntry elevation) =>
        new(
            false,
            Reasons.NotBound,
            $"{caller} acts as a member of group '{elevation.Group}', and by that is not bound to '{ring}', so {wanted.Word()} is denied: "
            + "the group is not bound to it, or the elevation was requested for other rings; another can be requested: dkm elevate request --group GROUP");
}
