namespace Dkm.Core.Authorization;

using System;

/// <summary>The words and the kinds of <see cref="RingPermission"/>.</summary>
public static class RingPermissions
{
    /// <summary>The word that people write: <c>encrypt</c>, <c>decrypt_compromised</c>.</summary>
    public static string Word(this RingPermission permission) => permission switch
    {
        RingPermission.Encrypt => "encrypt",
        RingPermission.Decrypt => "decrypt",
        RingPermission.Hold => "hold",
        RingPermission.DecryptCompromised => "decrypt_compromised",
        RingPermission.Manage => "manage",
        RingPermission.Destroy => "destroy",
        _ => throw new ArgumentOutOfRangeException(nameof(permission)),
    };

    /// <summary>Whether it reaches keys, so that only members of WORKLOAD groups may have it. The others are administration.</summary>
    public static bool ReachesKeys(this RingPermission permission) =>
        permission is not (RingPermission.Manage or RingPermission.Destroy);

    /// <summary>Whether a group of this kind may be bound to it.</summary>
    public static bool MayBeBoundTo(this RingPermission permission, GroupKind kind) =>
        kind == GroupKind.Workload || !permission.ReachesKeys();
}
