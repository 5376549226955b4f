namespace Dkm.KeyRing.Distribution.Holders;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.Keys.States;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Dkm.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

/// <summary>
/// Tells the other replicas what is held here, under this replica's lease: what has changed since the last time, at most every 5 s. And what time it is here, once, and again
/// and again while a destruction is due by our clock.
/// </summary>
internal sealed class HolderPublisher(
    KeyRingStore store,
    ReplicaPresence presence,
    HolderRegistry registry,
    HolderDirectory directory,
    RingCatalog catalog,
    ScheduledDestructions scheduled,
    RolloverTiming timing,
    TimeProvider time,
    ILogger<HolderPublisher> logger) : BackgroundService
{
    private const int WritesAtOnce = 100;
    private const int BytesAtOnce = 512 * 1024;
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, byte[]> written = new(StringComparer.Ordinal);
    private long generation;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await store.WaitAsync(stoppingToken);
        await using var leased = presence.Leased;

        // In development, where a rollover takes seconds, who watches it does not want to wait for five.
        var interval = timing.MaxRefresh < Most ? timing.MaxRefresh : Most;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(leased, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // What was not written is written at the next turn; if the lease is gone, all of it.
                Log.HoldersNotPublished(logger, exception.Message);
            }

            await Task.Delay(interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TurnAsync(LeasedRecords leased, CancellationToken token)
    {
        var now = await leased.RenewAsync(token);
        if (now != generation)
        {
            written.Clear();
            generation = now;
        }

        if (written.Count == 0 || scheduled.AnyDue(time.GetUtcNow()))
        {
            var clock = HolderRecords.Write(new ReplicaClock(presence.Name, time.GetUtcNow()));
            await WriteAsync(leased, [new(HolderRecords.ReplicaPath(presence.Name), RecordTypes.Replica, clock)], [], token);
        }

        var held = Held();
        Telemetry.Holders(held.Values.Sum(ring => ring.Holders), held.Values.Sum(ring => ring.Behind));
        foreach (var puts in Batches(held))
        {
            await WriteOrTellAsync(leased, puts, token);
        }

        foreach (var gone in written.Keys.Where(path => !held.ContainsKey(path) && !path.StartsWith(HolderRecords.Replicas, StringComparison.Ordinal)).Chunk(WritesAtOnce))
        {
            await WriteAsync(leased, [], gone, token);
        }
    }

    /// <summary>One batch that is refused, at every turn perhaps, must not hide the holders of all other rings.</summary>
    private async Task WriteOrTellAsync(LeasedRecords leased, List<LeasedPut> puts, CancellationToken token)
    {
        try
        {
            await WriteAsync(leased, puts, [], token);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or StoreLeaseNotFoundException or DkmException { Kind: ErrorKind.Unavailable }))
        {
            Log.HoldersNotPublished(logger, exception.Message);
        }
    }

    private async Task WriteAsync(LeasedRecords leased, IReadOnlyCollection<LeasedPut> puts, IReadOnlyCollection<string> deletes, CancellationToken token)
    {
        await leased.WriteAsync(puts, deletes, token);
        foreach (var put in puts)
        {
            written[put.Path] = put.Body.ToArray();
        }

        foreach (var path in deletes)
        {
            written.Remove(path);
        }
    }

    private Dictionary<string, (byte[] Body, int Holders, int Behind)> Held()
    {
        var held = new Dictionary<string, (byte[] Body, int Holders, int Behind)>(StringComparer.Ordinal);
        foreach (var name in registry.Rings)
        {
            if (catalog.Find(name) is { } view && directory.OwnOf(name).ToList() is { Count: > 0 } holders)
            {
                var behind = holders.Count(holder => holder.Revision < view.Revision);
                held[HolderRecords.Path(view.Ring.Uid, presence.Name)] = (HolderRecords.Write(presence.Name, holders), holders.Count, behind);
            }
        }

        return held;
    }

    private IEnumerable<List<LeasedPut>> Batches(Dictionary<string, (byte[] Body, int Holders, int Behind)> held)
    {
        var batch = new List<LeasedPut>();
        var size = 0;
        foreach (var (path, ring) in held)
        {
            if (written.TryGetValue(path, out var known) && known.AsSpan().SequenceEqual(ring.Body))
            {
                continue;
            }

            if (batch.Count == WritesAtOnce || (batch.Count > 0 && size + ring.Body.Length > BytesAtOnce))
            {
                yield return batch;
                (batch, size) = ([], 0);
            }

            batch.Add(new LeasedPut(path, RecordTypes.RingHolders, ring.Body));
            size += ring.Body.Length;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }
}
