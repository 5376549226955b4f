namespace Dkm.KeyRing.Rings;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.Distribution.Holders;
using Dkm.KeyRing.Rollover;
using Dkm.KeyRing.V1;

/// <summary>Changes a ring's policy, bindings or description. If somebody loses <c>hold</c> by it, the ring rolls in the same transaction.</summary>
internal sealed class RingUpdate(
    RingCatalog catalog,
    RingRepository repository,
    RingAccess access,
    RingCreation creation,
    BlastRadius radius,
    InstallationOptions installation,
    RolloverTiming timing,
    TimeProvider time)
{
    public Task<RingView> RunAsync(UpdateKeyRingRequest request, CancellationToken token)
    {
        var asked = request.KeyRing ?? throw DkmException.Invalid("key_ring", Reasons.Required, "key_ring says what to change");
        var name = RingName.Check(asked.Name, "key_ring.name");
        if (asked.Etag.Length == 0)
        {
            throw DkmException.Invalid("key_ring.etag", Reasons.Required, "an update gives the etag of the ring that it was decided by");
        }

        return LostRace.RetryAsync(() => TryAsync(request, name, token), time, token);
    }

    private async Task<RingView> TryAsync(UpdateKeyRingRequest request, string name, CancellationToken token)
    {
        var before = access.Get(name, "key_ring.name");
        if (!string.Equals(before.Ring.Etag, request.KeyRing.Etag, StringComparison.Ordinal))
        {
            throw new DkmException(
                ErrorKind.Aborted, Reasons.EtagMismatch, $"ring '{name}' has changed since it was read; its etag is now {before.Ring.Etag}", "key_ring.etag");
        }

        var bindings = UpdateRequest.Touches(request, "bindings");
        var policy = bindings && BindingRequest.NamesUnknownGroup(request.KeyRing.Bindings, access.Policy)
            ? await access.NewestPolicyAsync(token)
            : access.Policy;
        var last = timing.LastSend(time);
        var now = time.GetUtcNow();
        var next = UpdateRequest.Apply(before.Ring, request, installation, policy);
        next = next with { OldLeasesEnd = Lead.LeasesEndAfter(before.Ring.OldLeasesEnd, before.Ring.Policy, next.Policy, now, timing) };
        await radius.DemandAsync(before, next, policy, request.ConfirmHolders, token);
        await creation.RememberAsync(next.Bindings, policy, token);
        var step = HoldRule.TakesAway(before.Ring.Bindings, next.Bindings, policy)
            ? RollNowRule.AfterRemoval((before with { Ring = next }).Times(timing), now)
            : RolloverStep.Nothing;
        var change = await repository.PrepareAsync(before, next, step, now, token);
        await repository.CommitAsync(change, note: null, last, token);
        return catalog.Find(name)!;
    }
}
