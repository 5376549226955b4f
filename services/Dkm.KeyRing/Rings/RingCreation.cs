namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Rollover;
using Dkm.KeyRing.V1;

/// <summary>Makes a ring with its first key, active at once.</summary>
internal sealed class RingCreation(
    RingCatalog catalog,
    RingRepository repository,
    RingAccess access,
    KeyMaterials materials,
    KeyRingStore store,
    InstallationOptions installation,
    RolloverTiming timing,
    TimeProvider time)
{
    public Task<RingView> RunAsync(CreateKeyRingRequest request, CancellationToken token)
    {
        var asked = request.KeyRing ?? throw DkmException.Invalid("key_ring", Reasons.Required, "key_ring says what to create");
        var name = RingName.Check(asked.Name, "key_ring.name");
        var requestId = RequestId.Check(request.RequestId);
        _ = store.Current;
        return LostRace.RetryAsync(() => TryAsync(asked, name, requestId, token), time, token);
    }

    private async Task<RingView> TryAsync(KeyRing asked, string name, string requestId, CancellationToken token)
    {
        var digest = Digest(asked);
        if (Answered(name, requestId, digest) is { } view)
        {
            return view;
        }

        var policy = BindingRequest.NamesUnknownGroup(asked.Bindings, access.Policy) ? await access.NewestPolicyAsync(token) : access.Policy;
        var now = time.GetUtcNow();
        var ring = new Ring
        {
            Name = name,
            Uid = repository.NewId(),
            Policy = RingPolicyRule.Check(PolicyRequest.Read(asked.Policy), installation),
            Bindings = BindingRequest.Read(asked.Bindings, [], policy),
            Description = UpdateRequest.Description(asked.Description),
            CreateTime = now,
            UpdateTime = now,
            Revision = 1,
            RequestId = requestId,
            RequestDigest = digest,
            WrappingKeyId = store.DefaultWrappingKeyId,
        };
        BindingRequest.CheckServe(ring.Policy.Serve, ring.Bindings, bindingsAsked: true);
        await RememberAsync(ring.Bindings, policy, token);
        var key = await materials.CreateAsync(ring.WrappingKeyId, now, RolloverRule.First(now, timing), token);
        var note = requestId.Length == 0 ? null : new RequestNote(requestId, digest, ring.Uid, KeyId: null, now);

        // A first key has no lead, so it may come late.
        await repository.CommitAsync(new RingChange(null, new RingView(ring, [key])), note, long.MaxValue, token);
        return catalog.Find(name)!;
    }

    /// <summary>Groups that get <c>hold</c> here, and of which nobody has taken note yet.</summary>
    public Task RememberAsync(ImmutableArray<RingBinding> bindings, PolicySnapshot policy, CancellationToken token) => repository.RememberAsync(
        HoldRule.Groups(bindings)
            .Where(uid => !catalog.Content.HoldGroups.ContainsKey(uid))
            .Select(uid => new HoldGroup(uid, HoldRule.Members(uid, policy), RecordVersion: 0)),
        token);

    private static ImmutableArray<byte> Digest(KeyRing asked)
    {
        var body = asked.Clone();
        body.Uid = body.Etag = body.PrimaryKeyId = string.Empty;
        body.CreateTime = body.UpdateTime = null;
        body.EffectiveLead = null;
        foreach (var binding in body.Bindings)
        {
            binding.GroupDeleted = false;
        }

        return RequestId.Digest(body);
    }

    private RingView? Answered(string name, string requestId, ImmutableArray<byte> digest)
    {
        if (catalog.Content.Requests.TryGetValue(requestId, out var note))
        {
            var made = note.KeyId is null && note.IsOf(digest.AsSpan()) ? catalog.Content.ByUid.GetValueOrDefault(note.RingUid) : null;
            return made ?? throw RequestId.Reused(requestId);
        }

        if (requestId.Length > 0 && catalog.FindRequest(requestId) is { } known)
        {
            var same = known.Ring.RequestId == requestId && known.Ring.RequestDigest.AsSpan().SequenceEqual(digest.AsSpan());
            return same ? known : throw RequestId.Reused(requestId);
        }

        return catalog.Find(name) is null
            ? null
            : throw new DkmException(ErrorKind.AlreadyExists, Reasons.AlreadyExists, $"ring '{name}' exists already", "key_ring.name");
    }
}
