namespace Dkm.KeyRing.Keys.States;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.KeyRing.Distribution.Holders;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;

/// <summary>Changes a key's state because somebody asks for it. Any replica may: the ring's record is compared.</summary>
internal sealed class KeyStateCommand(
    RingCatalog catalog,
    RingRepository repository,
    RingAccess access,
    KeyMaterials materials,
    BlastRadius radius,
    StateChangeQuota quota,
    InstallationOptions installation,
    RolloverTiming timing,
    TimeProvider time)
{
    /// <summary>More keys than a roll at once may make: a compromise must not have to wait for rolls before it. Still one transaction.</summary>
    private const int MaximumYoungKeys = RollNowRule.MaximumYoungKeys + 16;

    private const int MaximumReason = 256;

    public Task<(RingView View, RingKey Key)> RunAsync(Caller caller, KeyStateRequest request, CancellationToken token)
    {
        var requestId = RequestId.Check(request.RequestId);
        if (request.Reason.Length > MaximumReason)
        {
            throw DkmException.Invalid("reason", Reasons.TooLong, $"a reason has at most {MaximumReason} characters");
        }

        OneLine.Demand(request.Reason, "reason", "a reason");

        // Of the quota a request takes one, however many races it loses.
        var taken = false;
        return LostRace.RetryAsync(() => TryAsync(caller, request with { RequestId = requestId }, Take, token), time, token);

        void Take(string ringUid)
        {
            if (!taken && request.Action != KeyAction.Compromise)
            {
                quota.Take(ringUid);
                taken = true;
            }
        }
    }

    private async Task<(RingView View, RingKey Key)> TryAsync(Caller caller, KeyStateRequest request, Action<string> take, CancellationToken token)
    {
        var before = access.Administer(caller, request.Permission, request.KeyRing, "key_ring");
        var key = Find(before, request.Id);
        if (Answered(before, request))
        {
            return (before, key);
        }

        if (request.Etag.Length > 0 && !string.Equals(request.Etag, key.Etag, StringComparison.Ordinal))
        {
            throw new DkmException(ErrorKind.Aborted, Reasons.EtagMismatch, $"key {key.Id} has changed since it was read; its etag is now {key.Etag}", "etag");
        }

        var last = timing.LastSend(time);
        var now = time.GetUtcNow();
        var times = before.Times(timing);
        var decision = KeyStateRule.Decide(request.Action, key, times, installation.MinimumDestroyDelay, now);
        if (decision.Reason is { } reason)
        {
            throw new DkmException(ErrorKind.FailedPrecondition, reason, $"key {key.Id} of ring '{request.KeyRing}' {decision.Why}");
        }

        if (decision.Step is not { } step)
        {
            return (before, key);
        }

        CheckYoung(times, step, now);
        CheckNotes(before, request);
        if (KeyStateRule.IsHeld(key.Facts.Stored) && !KeyStateRule.IsHeld(step.State))
        {
            await radius.DemandWithdrawalAsync(before, key.Id, request.ConfirmHolders, token);
        }

        var change = new RingChange(before, await ApplyAsync(before, key, step, request, now, token));
        var note = request.RequestId.Length == 0 ? null : new RequestNote(request.RequestId, request.Digest(), before.Ring.Uid, key.Id, now);

        // Last of all: what is refused changes nothing and spends nothing.
        take(before.Ring.Uid);
        await repository.CommitAsync(change, note, last, token);
        var after = catalog.Find(request.KeyRing)!;
        return (after, after.Find(key.Id)!);
    }

    private async Task<RingView> ApplyAsync(
        RingView before, RingKey key, KeyStep step, KeyStateRequest request, DateTimeOffset now, CancellationToken token)
    {
        var made = new List<RingKey>(step.Create.Length);
        foreach (var activate in step.Create)
        {
            made.Add(await materials.CreateAsync(before.Ring.WrappingKeyId, now, activate, token));
        }

        var ring = before.Ring with { Revision = before.Ring.Revision + 1, UpdateTime = now };
        return new RingView(ring, KeyStepChange.Apply(before.Keys, key.Id, step, made, request.Reason, now));
    }

    private static RingKey Find(RingView view, string text)
    {
        var id = KeyId.TryParse(text, out var parsed)
            ? parsed.Value
            : throw DkmException.Invalid("id", Reasons.InvalidField, "a key's id is a UUID in lower case");
        return view.Find(id)
            ?? throw new DkmException(ErrorKind.NotFound, Reasons.NotFound, string.Create(CultureInfo.InvariantCulture, $"ring '{view.Ring.Name}' has no key {id}"));
    }

    private static void CheckYoung(RingTimes times, KeyStep step, DateTimeOffset now)
    {
        var most = step.State == Core.Keys.StoredKeyState.Compromised ? MaximumYoungKeys : RollNowRule.MaximumYoungKeys;
        if (!step.Create.IsEmpty && RollNowRule.YoungKeys(times, now) >= most)
        {
            throw new DkmException(
                ErrorKind.ResourceExhausted, Reasons.TooMany, $"the ring has {most} keys that are pending or younger than its lead, and this would make one more", "id");
        }
    }

    private void CheckNotes(RingView view, KeyStateRequest request)
    {
        if (request.Action != KeyAction.Compromise && request.RequestId.Length > 0 && catalog.Content.NotesOfRing.GetValueOrDefault(view.Ring.Uid) >= RequestNote.MaximumOfRing)
        {
            throw new DkmException(
                ErrorKind.ResourceExhausted,
                Reasons.TooMany,
                $"{RequestNote.MaximumOfRing} request ids of this ring are remembered, each for a day; without one it is done all the same",
                "request_id");
        }
    }

    private bool Answered(RingView view, KeyStateRequest request)
    {
        if (catalog.Content.Requests.TryGetValue(request.RequestId, out var note))
        {
            return note.RingUid == view.Ring.Uid && note.IsOf(request.Digest().AsSpan()) ? true : throw RequestId.Reused(request.RequestId);
        }

        return request.RequestId.Length > 0 && catalog.FindRequest(request.RequestId) is not null ? throw RequestId.Reused(request.RequestId) : false;
    }
}
