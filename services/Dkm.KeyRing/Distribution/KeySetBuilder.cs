namespace Dkm.KeyRing.Distribution;

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core.Keys;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

/// <summary>The messages that carry material: the only place where it leaves KeyRing.</summary>
internal sealed class KeySetBuilder(KeyMaterials materials, TimeProvider time)
{
    public async Task<KeySet> BuildAsync(RingView view, bool toService, Grant grant, Delivery delivery, CancellationToken token)
    {
        var ring = view.Ring;
        var message = new KeySet
        {
            KeyRing = ring.Name,
            KeyRingUid = ring.Uid,
            Revision = view.Revision,
            Suite = (Suite)ring.Policy.Suite,
            ReadSuites = { ring.Policy.ReadSuites.Select(suite => (Suite)suite) },
            KeyLease = ring.Policy.KeyLease.ToDuration(),
            Serve = (Serve)ring.Policy.Serve,
            SendTime = grant.Sent.ToTimestamp(),
            GrantsLease = grant.Fresh,
        };
        if (toService)
        {
            message.PolicyStaleness = ring.Policy.PolicyStaleness.ToDuration();
            message.Bindings.Add(ring.Bindings.Select(RingMessages.ToMessage));
        }

        foreach (var key in view.Keys.Where(key => key.Facts.Stored == StoredKeyState.Enabled))
        {
            message.Keys.Add(await BuildAsync(key, delivery, token));
        }

        return message;
    }

    /// <param name="key">The key.</param>
    /// <param name="delivery">Zeroes the copy when the message is written.</param>
    /// <param name="token">Ends the wait for a root.</param>
    public async Task<KeyMaterial> BuildAsync(RingKey key, Delivery delivery, CancellationToken token)
    {
        using var clear = await materials.UnwrapAsync(key, token);
        return Describe(key, delivery.Copy(clear));
    }

    /// <summary>A key without its material.</summary>
    public KeyMaterial Describe(RingKey key, ByteString material) => new()
    {
        Id = ByteString.CopyFrom(key.Id.ToByteArray()),
        State = RingMessages.ToMessage(KeyStates.At(key.Facts, time.GetUtcNow())),
        ActivateTime = key.Facts.ActivateTime.ToTimestamp(),
        Material = material,
    };
}
