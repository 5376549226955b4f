namespace Dkm.KeyRing.Distribution;

using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.Hosting;
using Dkm.Hosting.Policy;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Keys.States;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.V1;
using Google.Protobuf;

/// <summary>
/// Finds one key by its id for a holder that meets an envelope of a key that it lacks. An id that nobody has costs one probe of an index, no I/O and no
/// unwrapping, and its denial has the same words as that of a ring that the caller may not hold.
/// </summary>
internal sealed class KeyResolver(RingCatalog catalog, KeySetBuilder builder, KeyRingStore store, Freshness freshness, IGroupMembership membership)
{
    private const string Denied = "there is no such key, or it is in a ring that you may not hold; an administrator of the ring can say more: dkm access check";

    public async Task<ResolveKeyResponse> RunAsync(Caller caller, ResolveKeyRequest request, Delivery delivery, CancellationToken token)
    {
        if (request.KeyId.Length != KeyId.Size)
        {
            throw DkmException.Invalid("key_id", request.KeyId.IsEmpty ? Reasons.Required : Reasons.InvalidField, "key_id is 16 bytes");
        }

        _ = store.Current;
        if (!membership.Ready)
        {
            throw new DkmException(ErrorKind.Unavailable, Reasons.NotReady, "the policy has not arrived yet");
        }

        var denies = freshness.Denies;
        var id = KeyId.Read(request.KeyId.Span);
        var view = catalog.FindKey(id);
        if (view?.Find(id) is not { } key || !DeliveryRule.Allows(caller.Id, view.Ring, membership.Current))
        {
            // The key may be younger than what is known here, and the holder would remember a denial.
            throw denies
                ? new DkmException(ErrorKind.PermissionDenied, Reasons.KeyUnknownOrNotYours, Denied)
                : new DkmException(ErrorKind.Unavailable, Reasons.PolicyStale, "this replica cannot confirm now what it knows of keys and policy; try again");
        }

        caller.Accept();
        if (freshness.PolicyAge > view.Ring.Policy.PolicyStaleness)
        {
            throw new DkmException(ErrorKind.Unavailable, Reasons.PolicyStale, "the policy could not be confirmed for longer than the ring's policy_staleness");
        }

        return new ResolveKeyResponse
        {
            KeyRing = view.Ring.Name,
            Revision = view.Revision,
            Key = MayHave(caller, key.Facts.Stored)
                ? await builder.BuildAsync(key, delivery, token)
                : NotDelivered(caller, view, key),
        };
    }

    /// <summary>Crypto opens a compromised key's envelopes for callers with <c>decrypt_compromised</c>; nobody else gets such a key.</summary>
    private static bool MayHave(Caller caller, StoredKeyState state) => state is StoredKeyState.Enabled or StoredKeyState.Archived
        || (state is StoredKeyState.Compromised && caller.Id.Service == DkmService.Crypto);

    /// <summary>Crypto hears the state without material: it judges its own caller's binding before it speaks of a key's state.</summary>
    private KeyMaterial NotDelivered(Caller caller, RingView view, RingKey key) => caller.Id.Class == IdentityClass.Service
        ? builder.Describe(key, ByteString.Empty)
        : throw new DkmException(
            ErrorKind.FailedPrecondition, Reasons.KeyState, $"key {key.Id} of ring '{view.Ring.Name}' is {KeyStateRule.Word(key.Facts.Stored)} and is not delivered");
}
