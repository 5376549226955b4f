namespace Dkm.Client.KeySets;

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Core.Keys;
using Dkm.Core.Secrets;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;
using Proto = Dkm.KeyRing.V1;

/// <summary>The one place where KeyRing's messages become our own words, and where key material leaves them.</summary>
internal static class KeySetMapping
{
    private const int MaterialLength = 32;

    /// <exception cref="DkmException">UNAVAILABLE: the message is not a key set.</exception>
    public static KeySetDelivery Read(Proto.KeySet message, TimeProvider time)
    {
        var keys = new List<HeldKey>(message.Keys.Count);
        try
        {
            foreach (var key in message.Keys)
            {
                keys.Add(ReadKey(key, time, mustHaveMaterial: true));
            }

            return new KeySetDelivery
            {
                Ring = message.KeyRing,
                Uid = message.KeyRingUid,
                Revision = message.Revision,
                Keys = keys,
                SuiteNumber = message.Suite == Proto.Suite.Unspecified ? (int)Suite.Xaes256Gcm : (int)message.Suite,
                ReadSuites = ReadSuites(message),
                KeyLease = ReadDuration(message.KeyLease),
                PolicyStaleness = message.PolicyStaleness is null ? TimeSpan.Zero : ReadDuration(message.PolicyStaleness),
                Bindings = ReadBindings(message.Bindings),
                SendTime = ReadTime(message.SendTime),
                GrantsLease = message.GrantsLease,
            };
        }
        catch
        {
            Dispose(keys);
            throw;
        }
    }

    /// <summary>A key, and no trace of its material in the message.</summary>
    public static HeldKey ReadKey(Proto.KeyMaterial message, TimeProvider time, bool mustHaveMaterial)
    {
        if (message.Id.Length != KeyId.Size || (message.Material.Length != MaterialLength && (mustHaveMaterial || !message.Material.IsEmpty)))
        {
            throw Troubles.BadAnswer("a key of the wrong size");
        }

        var activateTime = ReadTime(message.ActivateTime);
        var facts = new KeyFacts(KeyId.Read(message.Id.Span), ReadState(message.State), activateTime, activateTime);
        if (message.Material.IsEmpty)
        {
            return new HeldKey(facts, material: null, time);
        }

        var material = SecretBytes.CopyFrom(message.Material.Span);
        Zero(message.Material);
        return new HeldKey(facts, material, time);
    }

    public static DateTimeOffset ReadTime(Timestamp? time) =>
        time is null ? throw Troubles.BadAnswer("a time missing") : time.ToDateTimeOffset();

    public static void Discard(KeySetDelivery delivery) => Dispose(delivery.Keys);

    /// <summary>A parsed message owns its bytes and nobody else has seen it yet.</summary>
    private static void Zero(ByteString bytes) => MemoryMarshal.AsMemory(bytes.Memory).Span.Clear();

    private static void Dispose(IReadOnlyList<HeldKey> keys)
    {
        foreach (var key in keys)
        {
            key.Dispose();
        }
    }

    private static TimeSpan ReadDuration(Duration? duration) =>
        duration is null || duration.ToTimeSpan() <= TimeSpan.Zero ? throw Troubles.BadAnswer("no key lease") : duration.ToTimeSpan();

    private static uint ReadSuites(Proto.KeySet message)
    {
        var suites = 0u;
        foreach (var suite in message.ReadSuites)
        {
            suites |= (int)suite is > 0 and < 32 ? 1u << (int)suite : 0;
        }

        return suites;
    }

    private static RingBinding[] ReadBindings(RepeatedField<Proto.Binding> bindings)
    {
        var read = new RingBinding[bindings.Count];
        for (var i = 0; i < read.Length; i++)
        {
            var permissions = new List<RingPermission>(bindings[i].Permissions.Count);
            foreach (var permission in bindings[i].Permissions)
            {
                permissions.Add((RingPermission)(int)permission);
            }

            read[i] = new RingBinding(bindings[i].Group, bindings[i].GroupUid, permissions);
        }

        return read;
    }

    private static StoredKeyState ReadState(Proto.Key.Types.State state) => state switch
    {
        Proto.Key.Types.State.Pending or Proto.Key.Types.State.Active => StoredKeyState.Enabled,
        Proto.Key.Types.State.Archived => StoredKeyState.Archived,
        Proto.Key.Types.State.Disabled => StoredKeyState.Disabled,
        Proto.Key.Types.State.Compromised => StoredKeyState.Compromised,
        Proto.Key.Types.State.DestroyScheduled => StoredKeyState.DestroyScheduled,
        Proto.Key.Types.State.Destroyed => StoredKeyState.Destroyed,
        _ => throw Troubles.BadAnswer("a key in no known state"),
    };
}
