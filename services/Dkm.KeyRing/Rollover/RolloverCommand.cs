namespace Dkm.KeyRing.Rollover;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.V1;

/// <summary>Rolls a ring because somebody asks for it. Any replica may: the ring's record is compared.</summary>
internal sealed class RolloverCommand(
    RingCatalog catalog, RingRepository repository, RingAccess access, RolloverTiming timing, TimeProvider time)
{
    public Task<(RingView View, RingKey Key)> RunAsync(Caller caller, RolloverKeyRingRequest request, CancellationToken token)
    {
        var requestId = RequestId.Check(request.RequestId);
        return LostRace.RetryAsync(() => TryAsync(caller, request, requestId, token), time, token);
    }

    private async Task<(RingView View, RingKey Key)> TryAsync(
        Caller caller, RolloverKeyRingRequest request, string requestId, CancellationToken token)
    {
        var before = access.Manage(caller, request.Name, "name");
        if (Answered(before, request, requestId) is { } answer)
        {
            return (before, answer);
        }

        var last = timing.LastSend(time);
        var now = time.GetUtcNow();
        var times = before.Times(timing);
        if (request.Immediate && RollNowRule.TooOften(times, now))
        {
            throw new DkmException(
                ErrorKind.ResourceExhausted,
                Reasons.TooMany,
                $"ring '{request.Name}' has {RollNowRule.MaximumYoungKeys} keys that are pending or younger than its lead, the most with which it is rolled at once",
                "immediate");
        }

        var step = request.Immediate ? RollNowRule.AtOnce(times, now) : RollNowRule.WithLead(times, now);
        if (step.IsNothing)
        {
            // With a request id too: as long as the key is pending it is the answer to every request, and a note of each would be a way to fill the store.
            return (before, before.Next(now)!);
        }

        var change = await repository.PrepareAsync(before, before.Ring, step, now, token);
        var key = change.After.Keys[before.Keys.Length];
        change = change with { After = change.After with { Ring = Remember(change.After.Ring, request, requestId, key) } };
        var note = requestId.Length == 0 ? null : new RequestNote(requestId, RequestId.Digest(Body(request)), before.Ring.Uid, key.Id, now);
        await repository.CommitAsync(change, note, last, token);
        var after = catalog.Find(request.Name)!;
        return (after, after.Find(key.Id)!);
    }

    private static Ring Remember(Ring ring, RolloverKeyRingRequest request, string requestId, RingKey key) => requestId.Length == 0
        ? ring
        : ring with { RolloverRequestId = requestId, RolloverRequestDigest = RequestId.Digest(Body(request)), RolloverKeyId = key.Id };

    private static RolloverKeyRingRequest Body(RolloverKeyRingRequest request) => new() { Name = request.Name, Immediate = request.Immediate };

    private RingKey? Answered(RingView view, RolloverKeyRingRequest request, string requestId)
    {
        var digest = RequestId.Digest(Body(request));
        if (catalog.Content.Requests.TryGetValue(requestId, out var note))
        {
            var made = note.RingUid == view.Ring.Uid && note.IsOf(digest.AsSpan()) ? note.KeyId : null;
            return made is { } noted && view.Find(noted) is { } found ? found : throw RequestId.Reused(requestId);
        }

        if (requestId.Length == 0 || catalog.FindRequest(requestId) is not { } known)
        {
            return null;
        }

        var same = ReferenceEquals(known, view)
            && view.Ring.RolloverRequestId == requestId
            && view.Ring.RolloverRequestDigest.AsSpan().SequenceEqual(digest.AsSpan());
        return same && view.Ring.RolloverKeyId is { } id && view.Find(id) is { } key ? key : throw RequestId.Reused(requestId);
    }
}
