namespace Dkm.Testing.Client;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Google.Protobuf.WellKnownTypes;
using WireSuite = Dkm.KeyRing.V1.Suite;

/// <summary>A ring that a <see cref="FakeKeyRing"/> delivers. Every change raises the revision.</summary>
public sealed class FakeRing(string name)
{
    private readonly Lock gate = new();
    private readonly List<FakeKey> keys = [];

    public string Name { get; } = name;

    public string Uid { get; set; } = "ring-uid";

    public long Revision { get; set; } = 1;

    public Core.Suite Suite { get; set; } = Core.Suite.Xaes256Gcm;

    public List<Core.Suite> ReadSuites { get; } = [Core.Suite.Xaes256Gcm, Core.Suite.Aegis256];

    public TimeSpan KeyLease { get; set; } = TimeSpan.FromHours(24);

    public TimeSpan PolicyStaleness { get; set; } = TimeSpan.FromHours(1);

    public bool GrantsLease { get; set; } = true;

    public List<Binding> Bindings { get; } = [];

    /// <summary>KeyRing cannot confirm its policy and judges nobody.</summary>
    public bool PolicyStale { get; set; }

    /// <summary>If set, what ResolveKey says its revision is.</summary>
    public long? ResolveRevision { get; set; }

    public FakeKey Add(DateTimeOffset activateTime)
    {
        var key = new FakeKey(activateTime);
        lock (gate)
        {
            keys.Add(key);
            Revision++;
        }

        return key;
    }

    public void Set(FakeKey key, Key.Types.State state)
    {
        lock (gate)
        {
            key.State = state;
            Revision++;
        }
    }

    /// <summary>Puts another key in the place of one.</summary>
    public void Replace(FakeKey key, FakeKey other)
    {
        lock (gate)
        {
            keys[keys.IndexOf(key)] = other;
            Revision++;
        }
    }

    public void ArchiveAllButNewest()
    {
        lock (gate)
        {
            foreach (var key in keys.SkipLast(1))
            {
                key.State = Key.Types.State.Archived;
            }

            Revision++;
        }
    }

    public KeySet ToKeySet(DateTimeOffset now)
    {
        lock (gate)
        {
            var message = new KeySet
            {
                KeyRing = Name,
                KeyRingUid = Uid,
                Revision = Revision,
                Suite = (WireSuite)(int)Suite,
                KeyLease = KeyLease.ToDuration(),
                PolicyStaleness = PolicyStaleness.ToDuration(),
                SendTime = now.ToTimestamp(),
                GrantsLease = GrantsLease,
            };
            message.ReadSuites.AddRange(ReadSuites.Select(suite => (WireSuite)(int)suite));
            message.Keys.AddRange(keys.Where(key => key.State is Key.Types.State.Active or Key.Types.State.Pending).Select(key => key.ToMaterial()));
            message.Bindings.AddRange(Bindings);
            return message;
        }
    }

    public ResolveKeyResponse? Resolve(KeyId id)
    {
        lock (gate)
        {
            return keys.Find(key => key.Id == id) is { } found
                ? new ResolveKeyResponse { KeyRing = Name, Key = found.ToMaterial(), Revision = ResolveRevision ?? Revision }
                : null;
        }
    }
}
