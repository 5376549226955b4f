namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.KeyRing.V1;

/// <summary>Bindings as somebody asks for them, against the groups that there are. Every refusal names the binding and its field.</summary>
internal static class BindingRequest
{
    public const int Maximum = 100;

    /// <summary>A name that no group has now; it may be on its way, so it is worth to wait for the newest policy.</summary>
    public static bool NamesUnknownGroup(IEnumerable<Binding> asked, PolicySnapshot policy) =>
        asked.Any(binding => policy.FindByName(binding.Group) is null);

    /// <param name="asked">What is asked for.</param>
    /// <param name="current">What the ring has. A binding that is there already may stay although its group is gone: it gives nobody anything.</param>
    /// <param name="policy">The groups.</param>
    public static ImmutableArray<RingBinding> Read(IReadOnlyList<Binding> asked, ImmutableArray<RingBinding> current, PolicySnapshot policy)
    {
        if (asked.Count > Maximum)
        {
            throw DkmException.Invalid("key_ring.bindings", Reasons.TooMany, $"a ring has at most {Maximum} bindings");
        }

        var bindings = ImmutableArray.CreateBuilder<RingBinding>(asked.Count);
        for (var i = 0; i < asked.Count; i++)
        {
            var field = $"key_ring.bindings[{i}]";
            var binding = Read(field, asked[i], current, policy);
            if (bindings.Any(other => string.Equals(other.GroupUid, binding.GroupUid, StringComparison.Ordinal)))
            {
                throw DkmException.Invalid(field + ".group", Reasons.InvalidField, $"group '{binding.Group}' is bound already; give all its permissions in one binding");
            }

            bindings.Add(binding);
        }

        return bindings.MoveToImmutable();
    }

    /// <summary>Where everything goes through Crypto nobody may hold.</summary>
    public static void CheckServe(ServeMode serve, ImmutableArray<RingBinding> bindings, bool bindingsAsked)
    {
        for (var i = 0; serve == ServeMode.Remote && i < bindings.Length; i++)
        {
            if (bindings[i].Grants(RingPermission.Hold))
            {
                throw DkmException.Invalid(
                    bindingsAsked ? $"key_ring.bindings[{i}].permissions" : "key_ring.policy.serve",
                    Reasons.InvalidField,
                    $"with serve: remote nobody may hold, and group '{bindings[i].Group}' is bound with hold");
            }
        }
    }

    private static RingBinding Read(string field, Binding asked, ImmutableArray<RingBinding> current, PolicySnapshot policy)
    {
        if (asked.Group.Length == 0)
        {
            throw DkmException.Invalid(field + ".group", Reasons.Required, "a binding names its group");
        }

        var permissions = ReadPermissions(field + ".permissions", asked);
        var group = policy.FindByName(asked.Group);
        if (asked.GroupUid.Length > 0 && !string.Equals(group?.Uid, asked.GroupUid, StringComparison.Ordinal))
        {
            // It is bound already, under a name that it has no more or never had: what it is called is not for the request to say.
            var bound = current.FirstOrDefault(binding => string.Equals(binding.GroupUid, asked.GroupUid, StringComparison.Ordinal))
                ?? throw DkmException.Invalid(
                    field + ".group_uid", Reasons.InvalidField, $"group '{asked.Group}' of that uid does not exist; leave group_uid empty to mean the one that has the name now");
            group = policy.FindByUid(asked.GroupUid);
            if (group is null)
            {
                return new RingBinding(bound.Group, bound.GroupUid, permissions);
            }
        }

        if (group is null)
        {
            var kind = permissions.Any(permission => permission.ReachesKeys()) ? "workload" : "human";
            throw DkmException.Invalid(
                field + ".group", Reasons.InvalidField, $"group '{asked.Group}' does not exist; an administrator can: dkm group create {asked.Group} --kind {kind}");
        }

        foreach (var permission in permissions)
        {
            if (!permission.MayBeBoundTo(group.Kind))
            {
                throw DkmException.Invalid(
                    field + ".permissions",
                    Reasons.WrongKind,
                    $"group '{group.Name}' is a group of humans, and no human ever gets {permission.Word()}; bind a group of workloads");
            }
        }

        return new RingBinding(group.Name, group.Uid, permissions);
    }

    private static ImmutableArray<RingPermission> ReadPermissions(string field, Binding asked)
    {
        if (asked.Permissions.Count == 0)
        {
            throw DkmException.Invalid(field, Reasons.Required, "a binding gives at least one permission");
        }

        return asked.Permissions.All(permission => permission is >= Permission.Encrypt and <= Permission.Destroy)
            ? [.. asked.Permissions.Select(permission => (RingPermission)permission).Distinct().Order()]
            : throw DkmException.Invalid(field, Reasons.InvalidField, "permissions are encrypt, decrypt, hold, decrypt_compromised, manage and destroy");
    }
}
