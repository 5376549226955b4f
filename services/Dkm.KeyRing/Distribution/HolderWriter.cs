namespace Dkm.KeyRing.Distribution;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting.Policy;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Dkm.KeyRing.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// Writes one stream: what is queued at once, a heartbeat every second. One message is in flight at a time, made when its turn comes, so a slow reader
/// gets the newest and costs nothing.
/// </summary>
internal sealed class HolderWriter(
    HolderStream stream,
    IServerStreamWriter<SubscribeResponse> responses,
    HolderRegistry registry,
    RingCatalog catalog,
    IGroupMembership membership,
    Freshness freshness,
    KeySetBuilder builder,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);

    /// <summary>How soon to look again after a heartbeat that could renew nothing: the confirmation that it waits for comes every second or so.</summary>
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(CancellationToken token)
    {
        var beat = time.GetTimestamp();
        var cutOff = new CutOff(RolloverTiming.CutOff, time);
        var interval = Heartbeat;
        while (!token.IsCancellationRequested)
        {
            var left = interval - time.GetElapsedTime(beat);
            if (left > TimeSpan.Zero && await stream.WaitAsync(left, token))
            {
                await FlushAsync(token);
                continue;
            }

            var grant = TakeGrant();
            if (!grant.Fresh && time.GetElapsedTime(beat) < Heartbeat)
            {
                interval += Retry;
                continue;
            }

            if (cutOff.IsReached(freshness.Unconfirmed))
            {
                throw new DkmException(ErrorKind.Unavailable, Reasons.PolicyStale, "this replica could not confirm rings and policy for a while; another one may");
            }

            stream.MarkAll();

            // A lease means "you have the newest". A heartbeat renews all rings of a stream, so one that could not be delivered renews none.
            var delivered = await FlushAsync(token);
            await BeatAsync(grant with { Fresh = grant.Fresh && delivered }, token);
            beat = time.GetTimestamp();
            interval = grant.Fresh ? Heartbeat : Retry;
        }
    }

    /// <summary>
    /// Taken before the look at policy and rings: what was confirmed by then is in what is sent, so nothing stale is renewed. The time comes first of all, however slowly
    /// the holder reads: a lease counts from a moment at which what it says was not yet old.
    /// </summary>
    private Grant TakeGrant()
    {
        var sent = time.GetUtcNow();
        return new(freshness.RenewsLeases, sent);
    }

    /// <returns>Whether the holder now has the newest of everything that it holds.</returns>
    private async Task<bool> FlushAsync(CancellationToken token)
    {
        var delivered = true;
        while (stream.Next(out var asked) is { } ring)
        {
            delivered &= await LookAsync(ring, asked, token);
        }

        return delivered;
    }

    private async Task BeatAsync(Grant grant, CancellationToken token)
    {
        await responses.WriteAsync(
            new SubscribeResponse { Heartbeat = new KeySetHeartbeat { SendTime = grant.Sent.ToTimestamp(), RenewsLeases = grant.Fresh } }, token);
        if (grant.Fresh)
        {
            stream.Renewed(grant.Sent);
        }
    }

    /// <returns>False if the ring is held and its newest could not be delivered.</returns>
    private async Task<bool> LookAsync(WantedRing wanted, bool asked, CancellationToken token)
    {
        if (wanted.Refused)
        {
            await DenyAsync(wanted, asked, new(false, Reasons.TooMany, $"a stream wants at most {HolderStream.MaximumWanted} rings"), revoked: false, token);
            return true;
        }

        var (grant, denies) = (TakeGrant(), freshness.Denies);
        var view = catalog.Find(wanted.Name);
        if (wanted.Held && (view is null || !membership.Ready))
        {
            // Keys are taken away by an explicit revocation only, never because a replica that starts over looks empty.
            return false;
        }

        if (!membership.Ready)
        {
            await DenyAsync(wanted, asked, Later(Reasons.NotReady, "the policy has not arrived yet"), revoked: false, token);
        }
        else if (!DeliveryRule.Allows(stream.Caller, view?.Ring, membership.Current))
        {
            // What is held on this stream was given by these very views, earlier: that they say no now is news, however old it is. Without that they may be older than another
            // replica's, which gave it.
            var decision = wanted.Held || denies
                ? DeliveryRule.Decide(stream.Caller, wanted.Name, view?.Ring, membership.Current)
                : Later(Reasons.PolicyStale, "this replica cannot confirm now who may hold the ring");
            await DenyAsync(wanted, asked, decision, revoked: wanted.Held, token);
            registry.Denied(stream, wanted);
        }
        else if (asked || view!.Revision > wanted.SentRevision)
        {
            return await DeliverAsync(wanted, view!, asked, grant, token);
        }

        return true;
    }

    private async Task<bool> DeliverAsync(WantedRing wanted, RingView view, bool asked, Grant grant, CancellationToken token)
    {
        if (freshness.PolicyAge > view.Ring.Policy.PolicyStaleness)
        {
            // Who holds the ring goes on with what she has until her lease ends; nobody is given anything by such an old policy.
            var stale = Later(Reasons.PolicyStale, "the policy could not be confirmed for longer than the ring's policy_staleness");
            return await PutOffAsync(wanted, asked, stale, token);
        }

        using var delivery = new Delivery();
        KeySet message;
        try
        {
            message = await builder.BuildAsync(view, stream.Caller.Class == IdentityClass.Service, grant, delivery, token);
        }
        catch (DkmException exception)
        {
            Log.NotDelivered(logger, wanted.Name, exception.Reason, exception.Message);
            return await PutOffAsync(wanted, asked, Later(exception.Reason, "the ring's keys cannot be unwrapped now"), token);
        }

        // Before it is written: a holder may acknowledge sooner than the write is over here. A write that fails is the end of the stream.
        wanted.SentRevision = view.Revision;
        wanted.DeniedReason = null;
        stream.Granted(wanted);
        await responses.WriteAsync(new SubscribeResponse { KeySet = message }, token);
        if (grant.Fresh)
        {
            wanted.LeaseStart = grant.Sent;
        }

        return true;
    }

    private async Task<bool> PutOffAsync(WantedRing wanted, bool asked, AccessDecision decision, CancellationToken token)
    {
        await (wanted.Held ? Task.CompletedTask : DenyAsync(wanted, asked, decision, revoked: false, token));
        return !wanted.Held;
    }

    private async Task DenyAsync(WantedRing wanted, bool asked, AccessDecision decision, bool revoked, CancellationToken token)
    {
        if (!asked && !revoked && wanted.DeniedReason == decision.Reason)
        {
            return;
        }

        wanted.SentRevision = 0;
        wanted.AcknowledgedRevision = 0;
        wanted.DeniedReason = decision.Reason;
        var denied = new RingDenied { KeyRing = wanted.Name, Reason = decision.Reason, Message = decision.Explanation, Revoked = revoked };
        await responses.WriteAsync(new SubscribeResponse { Denied = denied }, token);
    }

    private static AccessDecision Later(string reason, string why) => new(false, reason, why + "; it is tried again");
}
