namespace Dkm.Storage;

using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

/// <summary>
/// Keeps the replica up to date. The watch is a hint: any end of it means asking again, anything odd in it means a snapshot, and a timer confirms
/// the manifest by a linearizable read whatever the watch says, and reads everything anew now and then.
/// </summary>
internal sealed class ReplicaFeed : IAsyncDisposable
{
    /// <summary>How long the watch may take to tell of a change that is known to be there.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // A full listing takes at most this share of the time: the pause after it is so many times as long as it took.
    private const int RelistShare = 19;

    private readonly ServiceContext context;
    private readonly Replica replica;
    private readonly SnapshotReader reader;
    private readonly SemaphoreSlim listingTurn = new(1, 1);
    private readonly CancellationTokenSource stop = new();
    private Task loops = Task.CompletedTask;
    private CancellationTokenSource watch = new();
    private long rewind = -1;
    private int listing;
    private long listingEnd;
    private TimeSpan listingTime;

    public ReplicaFeed(ServiceContext context, Replica replica)
    {
        this.context = context;
        this.replica = replica;
        reader = new SnapshotReader(context);
    }

    public void Start(long revision) => loops = Task.WhenAll(WatchAsync(revision), RefreshAsync());

    /// <summary>Takes a snapshot and offers it to the replica. Answers its revision and whether it was taken; trouble is reported.</summary>
    public async Task<(long Revision, SnapshotDecision Decision)> RelistAsync(CancellationToken cancellationToken)
    {
        await listingTurn.WaitAsync(cancellationToken);
        try
        {
            var (timestamp, before, had) = (context.TimeProvider.GetTimestamp(), replica.Status.Version, replica.Status.Trouble);
            var (snapshot, decision) = await ReadAsync(cancellationToken);
            if (decision.Verdict == SnapshotVerdict.Refuse && had is null && context.Store.TryElsewhere(Refusal.Describe(decision.Refusals)))
            {
                // One member may have lost what the others have.
                (snapshot, decision) = await ReadAsync(cancellationToken);
            }

            if (decision.Verdict == SnapshotVerdict.Refuse)
            {
                decision = await NameAsync(decision, snapshot, cancellationToken);
                Report(Refusal.Describe(decision.Refusals), snapshot.Revision, replica.Status.Version.Epoch);
            }
            else
            {
                Telemetry.Refused(context.Paths.Service, replica.Status.Trouble is not null);
                if (had is not null && replica.Status.Trouble is null)
                {
                    Log.TroubleOver(context.Logger, context.Paths.Service, replica.Status.Version);
                }
            }

            if (replica.Status.Version.Epoch != before.Epoch && before != default)
            {
                await RewindAsync(snapshot.Revision);
            }

            (listingEnd, listingTime) = (context.TimeProvider.GetTimestamp(), context.TimeProvider.GetElapsedTime(timestamp));
            return (snapshot.Revision, decision);
        }
        finally
        {
            listingTurn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loops;
        await listingTurn.WaitAsync();
        listingTurn.Release();
        stop.Dispose();
    }

    private async Task<(Snapshot Snapshot, SnapshotDecision Decision)> ReadAsync(CancellationToken cancellationToken)
    {
        var (start, mark, number) = (context.Now, replica.Mark, ++listing);
        var snapshot = await reader.ReadAsync(record => replica.Meet(record, number), allCores: mark.Version == default, cancellationToken);
        return (snapshot, replica.Offer(snapshot, number, mark, start));
    }

    /// <summary>After a recovery the store's revisions may have begun anew, far below where the watch was.</summary>
    private Task RewindAsync(long revision)
    {
        Volatile.Write(ref rewind, revision);
        return Interlocked.Exchange(ref watch, new CancellationTokenSource()).CancelAsync();
    }

    private async Task<SnapshotDecision> NameAsync(SnapshotDecision decision, Snapshot snapshot, CancellationToken cancellationToken)
    {
        if (decision.Refusals.Count > 0)
        {
            return decision;
        }

        var suspects = await HistoryInquiry.AskAsync(context, snapshot.Revision, cancellationToken);
        return decision with
        {
            Refusals = suspects.Count > 0
                ? [.. suspects]
                : [new Refusal(
                    "the records together",
                    $"{snapshot.Manifest?.Count} records that add up to manifest {snapshot.Manifest?.Version}",
                    $"{snapshot.Count} that do not; the store's history does not tell which")],
        };
    }

    private void Report(string trouble, long revision, long epoch)
    {
        var had = replica.Status.Trouble;
        if (!replica.Report(trouble, revision, epoch))
        {
            return;
        }

        Telemetry.Refused(context.Paths.Service, true);
        if (had != trouble)
        {
            Log.StoreRefused(context.Logger, context.Paths.Service, replica.Status.Version, trouble);
        }
    }

    private async Task WatchAsync(long position)
    {
        var pause = FirstPause;
        while (!stop.IsCancellationRequested)
        {
            using var turn = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, Volatile.Read(ref watch).Token);
            if (Interlocked.Exchange(ref rewind, -1) is >= 0 and var begin)
            {
                position = begin;
            }

            var epoch = replica.Status.Version.Epoch;
            try
            {
                await foreach (var batch in context.Store.WatchAsync(context.Paths.Prefix, position + 1, turn.Token))
                {
                    pause = FirstPause;

                    // Watches were seen to go back in time; what was judged once stays judged.
                    if (batch.Revision > position)
                    {
                        await JudgeAsync(batch, epoch);
                        position = batch.Revision;
                    }
                }

                Log.WatchEnded(context.Logger, context.Paths.Service, position);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (OperationCanceledException) when (turn.IsCancellationRequested)
            {
                continue;
            }
            catch (StoreCompactedException e)
            {
                Log.WatchCompacted(context.Logger, context.Paths.Service, position, e.CompactRevision);
                position = await SnapshotPositionAsync(position);
            }
            catch (Exception e)
            {
                Log.WatchFailed(context.Logger, e, context.Paths.Service, position);
            }

            await PauseAsync(pause);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <param name="changes">What the watch told.</param>
    /// <param name="epoch">That was held when the watch began: after a recovery it tells of a store that is no more, in revisions that mean nothing now.</param>
    private async Task JudgeAsync(StoreWatchBatch changes, long epoch)
    {
        await context.Keys.EnsureAsync(HistoryInquiry.Entries(changes), stop.Token);
        var batch = OpenedBatch.Open(context, changes);
        var decision = replica.Offer(batch, epoch);
        var known = replica.Status.Trouble is not null;
        if (decision.Verdict == BatchVerdict.Refuse && !known)
        {
            // At once, so that nothing is written on this ground; the snapshot then says more, or that it is over.
            Report(decision.Why!, batch.Revision, epoch);
        }

        // A new epoch is what ends trouble that is known.
        if (decision.Verdict is BatchVerdict.Refuse or BatchVerdict.Snapshot && (!known || batch.IsNewEpoch(replica.Status.Version)))
        {
            Log.SnapshotNeeded(context.Logger, context.Paths.Service, batch.Revision, decision.Why);
            await RelistAsync(stop.Token);
        }
    }

    private async Task<long> SnapshotPositionAsync(long position)
    {
        try
        {
            return Math.Max(position, (await RelistAsync(stop.Token)).Revision);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            Log.WatchFailed(context.Logger, e, context.Paths.Service, position);
            return position;
        }
        catch (OperationCanceledException)
        {
            return position;
        }
    }

    private async Task RefreshAsync()
    {
        using var timer = new PeriodicTimer(context.Options.MaxRefresh, context.TimeProvider);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stop.Token);
                if (RelistIsDue(await ConfirmAsync()))
                {
                    await RelistAsync(stop.Token);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.RefreshFailed(context.Logger, e, context.Paths.Service, replica.Status.ConfirmTime);
            }
        }
    }

    private async Task<bool> ConfirmAsync()
    {
        var (start, mark) = (context.Now, replica.Mark);
        var entry = (await context.Store.GetAsync(context.Paths.Manifest, 0, stop.Token)).Entry;
        if (entry is null || !await replica.ReachAsync(entry.ModRevision, Patience, stop.Token))
        {
            return false;
        }

        // What is not kept is not confirmed: after a restart nobody would miss it.
        context.HighWater.Save(context.ClusterId);
        await context.Keys.EnsureAsync([entry], stop.Token);
        return context.OpenManifest(entry, out var manifest) is null && replica.Confirm(manifest!, entry.ModRevision, mark, start);
    }

    /// <summary>In trouble as often as may be: a record that was put back as it was comes with no manifest, and changes are refused until all is read anew.</summary>
    private bool RelistIsDue(bool confirmed)
    {
        var since = context.TimeProvider.GetElapsedTime(listingEnd);
        var rested = since >= listingTime * RelistShare;
        return replica.Status.Trouble is not null ? rested : !confirmed || (rested && since >= context.Options.RelistInterval);
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, context.TimeProvider, stop.Token);
        }
        catch (OperationCanceledException)
        {
            Debug.Assert(stop.IsCancellationRequested, "only the end cancels");
        }
    }
}
