namespace Dkm.Core.Authorization;

using System.Collections.Generic;

/// <summary>In a ring: what the members of a group may do.</summary>
public sealed class RingBinding
{
    private readonly uint granted;

    public RingBinding(string group, string groupUid, IReadOnlyList<RingPermission> permissions)
    {
        Group = group;
        GroupUid = groupUid;
        Permissions = permissions;
        foreach (var permission in permissions)
        {
            granted |= Bit(permission);
        }

        // Who holds the key can do both without asking anybody.
        if ((granted & Bit(RingPermission.Hold)) != 0)
        {
            granted |= Bit(RingPermission.Encrypt) | Bit(RingPermission.Decrypt);
        }
    }

    /// <summary>The group's name, for people.</summary>
    public string Group { get; }

    /// <summary>The group that was meant; the only thing a decision looks at.</summary>
    public string GroupUid { get; }

    /// <summary>As they were bound.</summary>
    public IReadOnlyList<RingPermission> Permissions { get; }

    /// <summary>Whether it allows <paramref name="wanted"/>, by itself or because <c>hold</c> implies it.</summary>
    public bool Grants(RingPermission wanted) => (granted & Bit(wanted)) != 0;

    private static uint Bit(RingPermission permission) => 1u << (int)permission;
}
