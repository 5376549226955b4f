namespace Dkm.KeyRing.Rings;

using System;
using System.Linq;
using Dkm.Core.Authorization;
using Dkm.Core.Keys;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Rollover;
using Dkm.KeyRing.V1;
using Google.Protobuf.WellKnownTypes;

/// <summary>What KeyRing knows to what it answers. None of it is material.</summary>
internal static class RingMessages
{
    /// <param name="view">The ring.</param>
    /// <param name="policy">The groups, to tell which bindings are of one that is gone.</param>
    /// <param name="timing">The installation's times.</param>
    /// <param name="now">This replica's clock.</param>
    public static KeyRing ToMessage(RingView view, PolicySnapshot policy, RolloverTiming timing, DateTimeOffset now)
    {
        var ring = view.Ring;
        return new KeyRing
        {
            Name = ring.Name,
            Uid = ring.Uid,
            Policy = ToMessage(ring.Policy),
            Bindings = { ring.Bindings.Select(binding => ToMessage(binding, policy)) },
            Description = ring.Description,
            Etag = ring.Etag,
            CreateTime = ring.CreateTime.ToTimestamp(),
            UpdateTime = ring.UpdateTime.ToTimestamp(),
            PrimaryKeyId = view.Primary(now)?.Id.ToString() ?? string.Empty,
            EffectiveLead = Lead.Effective(ring.Policy, timing).ToDuration(),
        };
    }

    public static KeyRingPolicy ToMessage(RingPolicy policy) => new()
    {
        RolloverPeriod = policy.RolloverPeriod.ToDuration(),
        ActivationLead = policy.ActivationLead.ToDuration(),
        ArchiveAfter = policy.ArchiveAfter,
        Suite = (Suite)policy.Suite,
        ReadSuites = { policy.ReadSuites.Select(suite => (Suite)suite) },
        KeyLease = policy.KeyLease.ToDuration(),
        PolicyStaleness = policy.PolicyStaleness.ToDuration(),
        DestroyDelay = policy.DestroyDelay.ToDuration(),
        Serve = (Serve)policy.Serve,
    };

    public static Binding ToMessage(RingBinding binding) => new()
    {
        Group = binding.Group,
        GroupUid = binding.GroupUid,
        Permissions = { binding.Permissions.Select(permission => (Permission)permission) },
    };

    private static Binding ToMessage(RingBinding binding, PolicySnapshot policy)
    {
        var message = ToMessage(binding);
        message.GroupDeleted = policy.FindByUid(binding.GroupUid) is null;
        return message;
    }

    public static Key ToMessage(RingKey key, RingView view, DateTimeOffset now) => new()
    {
        Id = key.Id.ToString(),
        KeyRing = view.Ring.Name,
        State = ToMessage(KeyStates.At(key.Facts, now)),
        CreateTime = key.Facts.CreateTime.ToTimestamp(),
        ActivateTime = key.Facts.ActivateTime.ToTimestamp(),
        Primary = view.Primary(now)?.Id == key.Id,
        ArchiveTime = key.ArchiveTime?.ToTimestamp(),
        Etag = key.Etag,
        StateTime = key.Mark?.Time.ToTimestamp(),
        StateReason = key.Mark?.Reason ?? string.Empty,
        DestroyTime = key.Mark?.DestroyTime?.ToTimestamp(),
    };

    public static Key.Types.State ToMessage(KeyState state) => (Key.Types.State)state;
}
