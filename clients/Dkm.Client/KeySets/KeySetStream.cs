namespace Dkm.Client.KeySets;

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>One Subscribe call from its first message to its end, whichever way that comes.</summary>
internal sealed class KeySetStream(KeySetHolder holder, KeySetHolderOptions options, TimeProvider time, ILogger log)
{
    private const int RingsPerMessage = 1000;

    /// <summary>KeyRing ends a stream on which the client was silent for two minutes.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(20);

    private readonly Channel<SubscribeRequest> outgoing = Channel.CreateUnbounded<SubscribeRequest>(new() { SingleReader = true });
    private SubscribeRequest lastWord = new() { Want = new RingsWanted() };
    private long lastWordAt = time.GetTimestamp();

    /// <summary>Whether anything was ever heard: what tells a server that is there from one that is not.</summary>
    public bool Heard { get; private set; }

    public void Want(IReadOnlyCollection<string> rings)
    {
        var message = new SubscribeRequest { Want = new RingsWanted() };
        foreach (var ring in rings)
        {
            if (message.Want.KeyRings.Count == RingsPerMessage)
            {
                outgoing.Writer.TryWrite(message);
                message = new SubscribeRequest { Want = new RingsWanted() };
            }

            message.Want.KeyRings.Add(ring);
        }

        if (message.Want.KeyRings.Count > 0)
        {
            outgoing.Writer.TryWrite(message);
        }
    }

    public void Release(string ring) =>
        outgoing.Writer.TryWrite(new SubscribeRequest { Release = new RingsReleased { KeyRings = { ring } } });

    /// <summary>Runs until the stream ends, which is not an error, or fails.</summary>
    public async Task RunAsync(KeySetService.KeySetServiceClient client, CancellationToken cancellationToken)
    {
        // MaxValue: a stream has no deadline; silence ends it.
        using var call = client.Subscribe(new CallOptions(deadline: DateTime.MaxValue, cancellationToken: cancellationToken));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writing = WriteAsync(call.RequestStream, stop);
        try
        {
            while (await call.ResponseStream.MoveNext(stop.Token).WaitAsync(options.SilenceLimit, time, stop.Token).ConfigureAwait(false))
            {
                var receipt = time.GetTimestamp();
                if (!Heard)
                {
                    Heard = true;
                    holder.Heard();
                }

                Handle(call.ResponseStream.Current, receipt);
            }
        }
        catch (TimeoutException)
        {
            throw new DkmException(ErrorKind.Unavailable, Reasons.NotConnected, $"KeyRing was silent for {options.SilenceLimit}");
        }
        catch (OperationCanceledException) when (writing.IsFaulted)
        {
            await writing.ConfigureAwait(false);
        }
        finally
        {
            outgoing.Writer.TryComplete();
            await stop.CancelAsync().ConfigureAwait(false);
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>A stream that cannot be written to is of no use for reading: its failure ends both.</summary>
    private async Task WriteAsync(IClientStreamWriter<SubscribeRequest> stream, CancellationTokenSource stop)
    {
        try
        {
            await stream.WriteAsync(new SubscribeRequest { Open = new SubscribeOpen { Transient = options.Transient } }, stop.Token).ConfigureAwait(false);
            await foreach (var message in outgoing.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false))
            {
                await stream.WriteAsync(message, stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The stream is over.
        }
        catch
        {
            // Not awaited: whoever it wakes waits for this task.
            stop.CancelAfter(TimeSpan.Zero);
            throw;
        }
    }

    private void Handle(SubscribeResponse message, long receipt)
    {
        switch (message.MessageCase)
        {
            case SubscribeResponse.MessageOneofCase.KeySet:
                Apply(message.KeySet, receipt);
                break;
            case SubscribeResponse.MessageOneofCase.Denied:
                Deny(message.Denied);
                break;
            case SubscribeResponse.MessageOneofCase.Heartbeat:
                Beat(message.Heartbeat, receipt);
                break;
            default:
                // A newer server's message: what it means to add must not break an older holder.
                break;
        }
    }

    private void Apply(KeySet message, long receipt)
    {
        var delivery = KeySetMapping.Read(message, time);
        if (holder.Find(delivery.Ring) is not { } ring)
        {
            // Released while it was on its way.
            KeySetMapping.Discard(delivery);
            return;
        }

        var outcome = ring.Apply(delivery, receipt, this);
        switch (outcome)
        {
            case ApplyOutcome.Applied or ApplyOutcome.Confirmed:
                Log.KeySetApplied(log, delivery.Ring, delivery.Revision, delivery.Keys.Count);
                holder.Changed();
                Say(new SubscribeRequest { Acknowledge = new RevisionAcknowledged { KeyRing = delivery.Ring, Revision = delivery.Revision } });
                break;
            default:
                Log.KeySetRefused(log, delivery.Ring, delivery.Revision, outcome);
                ring.Wanting.Unanswered(time.GetUtcNow());
                break;
        }
    }

    private void Deny(RingDenied message)
    {
        if (holder.Find(message.KeyRing) is not { } ring)
        {
            return;
        }

        ring.Wanting.Unanswered(time.GetUtcNow());
        if (!message.Revoked && (CannotSay(message.Reason) || ring.Doubts()))
        {
            // What is held stays until its lease ends: a KeyRing that has just started, and knows no policy yet, or lags behind another, must not take keys away.
            ring.Postpone(new DkmException(ErrorKind.Unavailable, message.Reason, message.Message));
        }
        else
        {
            ring.Deny(new DkmException(ErrorKind.PermissionDenied, message.Reason, message.Message));
        }

        // When it is done: whoever reads it may rely on the keys being gone.
        Log.RingDenied(log, message.KeyRing, message.Reason, message.Revoked);
    }

    /// <summary>KeyRing could not judge, or could not deliver, and tries again: no judgement about the caller.</summary>
    private static bool CannotSay(string reason) => reason
        is Reasons.NotReady or Reasons.PolicyStale or Reasons.RootUnavailable or Reasons.RootDenied or Reasons.StoreUnavailable or Reasons.ShuttingDown;

    private void Beat(KeySetHeartbeat heartbeat, long receipt)
    {
        var now = time.GetUtcNow();
        var sendTime = KeySetMapping.ReadTime(heartbeat.SendTime);
        List<string>? due = null;
        foreach (var ring in holder.Rings)
        {
            if (heartbeat.RenewsLeases)
            {
                ring.Renew(sendTime, receipt, this);
            }

            if (!ReferenceEquals(ring.DeliveredBy, this) && ring.Wanting.IsDue(now))
            {
                ring.Wanting.Unanswered(now);
                (due ??= []).Add(ring.Name);
            }
        }

        if (due is not null)
        {
            Want(due);
        }

        if (time.GetElapsedTime(lastWordAt) > KeepAlive)
        {
            Say(lastWord);
        }
    }

    /// <summary>An acknowledgement; the last one is repeated to show that this end lives.</summary>
    private void Say(SubscribeRequest message)
    {
        lastWord = message;
        lastWordAt = time.GetTimestamp();
        outgoing.Writer.TryWrite(message);
    }
}
