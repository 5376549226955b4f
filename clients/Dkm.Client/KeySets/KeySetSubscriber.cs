namespace Dkm.Client.KeySets;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Transport;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>Keeps one stream to KeyRing: whatever ends it, another is opened.</summary>
internal sealed class KeySetSubscriber(
    KeySetService.KeySetServiceClient client, KeySetHolder holder, KeySetHolderOptions options, TimeProvider time, ILogger log)
{
    private KeySetStream? stream;

    /// <summary>The stream of now; null between streams.</summary>
    public KeySetStream? Stream => Volatile.Read(ref stream);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var pauses = new Backoff(options.ShortestPause, options.LongestPause);
        while (!cancellationToken.IsCancellationRequested)
        {
            var next = new KeySetStream(holder, options, time, log);

            // First known, then asked for everything: a ring wanted in between is asked for twice and not never.
            Volatile.Write(ref stream, next);
            holder.WantAll(next);
            var trouble = await RunOnceAsync(next, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref stream, null);
            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            if (next.Heard)
            {
                pauses.Reset();
            }

            holder.Report(trouble);
            Log.StreamEnded(log, trouble.Kind, trouble.Reason, trouble.Message);
            await Task.Delay(pauses.Next(), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<DkmException> RunOnceAsync(KeySetStream next, CancellationToken cancellationToken)
    {
        try
        {
            await next.RunAsync(client, cancellationToken).ConfigureAwait(false);
            return new DkmException(ErrorKind.Unavailable, Reasons.NotConnected, "KeyRing ended the stream");
        }
        catch (DkmException e)
        {
            return e;
        }
        catch (RpcException e)
        {
            return StatusMapping.FromRpc(e);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new DkmException(ErrorKind.Unavailable, Reasons.ShuttingDown, "this process is stopping");
        }
#pragma warning disable CA1031 // The loop must outlive everything: without it the holder would end with its lease and nobody would know why.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.StreamBroke(log, e);
            return new DkmException(ErrorKind.Unavailable, Reasons.NotConnected, "the stream to KeyRing broke: " + e.Message, innerException: e);
        }
    }
}
