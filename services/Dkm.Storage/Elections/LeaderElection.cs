namespace Dkm.Storage;

using System;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

/// <summary>
/// One leader among replicas: a key that we make in a transaction under a lease. Being leader proves nothing at the moment of a write; put
/// <see cref="Fence"/> into every write of the leader (<see cref="RecordChanges.Require"/>).
/// </summary>
public sealed class LeaderElection : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StepDownLimit = TimeSpan.FromSeconds(2);

    private readonly IRevisionedStore store;
    private readonly string path;
    private readonly string candidate;
    private readonly TimeSpan ttl;
    private readonly TimeProvider timeProvider;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stop = new();
    private Leadership? held;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task loop = Task.CompletedTask;

    private LeaderElection(IRevisionedStore store, string path, string candidate, TimeSpan ttl, TimeProvider timeProvider, ILogger logger)
    {
        this.store = store;
        this.path = path;
        this.candidate = candidate;
        this.ttl = ttl;
        this.timeProvider = timeProvider;
        this.logger = logger;
    }

    /// <summary>True while the key is ours as far as we know and our own count of the lease's time has not run out.</summary>
    public bool IsLeader => Fence is not null;

    /// <summary>What a leader's write has to compare; null while we are not leader. Take it before the decision, not after.</summary>
    public StoreCompare? Fence
    {
        get
        {
            var leadership = Volatile.Read(ref held);

            // A fifth of the time is left to clocks that run unlike ours. Stopping early only spares work; the fence is what makes it safe.
            return leadership is not null && timeProvider.GetElapsedTime(leadership.RenewedAt) < ttl * 0.8 ? leadership.Fence : null;
        }
    }

    /// <summary>Starts to stand for leader.</summary>
    /// <param name="store">Where the key lies.</param>
    /// <param name="path">The key, such as <see cref="StorePath.Election"/>.</param>
    /// <param name="candidate">Who we are, for people; in clear.</param>
    /// <param name="ttl">How long a dead leader stays leader.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Where changes are told.</param>
    public static LeaderElection Start(
        IRevisionedStore store, string path, string candidate, TimeSpan ttl, TimeProvider timeProvider, ILogger logger)
    {
        StorePath.Check(path);
        var election = new LeaderElection(store, path, candidate, ttl, timeProvider, logger);
        election.loop = Task.Run(election.RunAsync);
        return election;
    }

    /// <summary>Waits until we are leader.</summary>
    public async Task<StoreCompare> WaitAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var signal = Volatile.Read(ref changed).Task;
            if (Fence is { } fence)
            {
                return fence;
            }

            await signal.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Steps down, so that another takes over at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await loop;
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var read = await store.GetAsync(path, 0, stop.Token);
                if (read.Entry is null)
                {
                    await StandAsync();
                }
                else
                {
                    await VacancyAsync(read.Revision + 1);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.ElectionFailed(logger, e, path);
                await Task.Delay(Pause, timeProvider, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Waits for the key to go, but not for ever: a watch is a hint.</summary>
    private async Task VacancyAsync(long fromRevision)
    {
        using var limit = new CancellationTokenSource(ttl, timeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop.Token);
        try
        {
            await foreach (var batch in store.WatchAsync(path, fromRevision, both.Token))
            {
                if (batch.Events.Any(change => change.Path == path && change.Entry is null))
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            // Time to look again.
        }
    }

    private async Task StandAsync()
    {
        var asked = timeProvider.GetTimestamp();
        var lease = await store.GrantLeaseAsync(ttl, stop.Token);
        try
        {
            if (await CreateAsync(lease) is { } createRevision)
            {
                Set(new Leadership(StoreCompare.CreatedAt(path, createRevision), asked));
                Log.Elected(logger, candidate, path);
                Log.Deposed(logger, candidate, path, await HoldAsync(lease, createRevision));
            }
        }
        finally
        {
            Set(null);
            await StepDownAsync(lease);
        }
    }

    /// <summary>The key's create revision if it is ours. The lease's id tells after an answer that was lost.</summary>
    private async Task<long?> CreateAsync(StoreLease lease)
    {
        try
        {
            var commit = await store.CommitAsync(
                new StoreTransaction
                {
                    Compares = [StoreCompare.Absent(path)],
                    Puts = [new StorePut(path, Encoding.UTF8.GetBytes(candidate), lease.Id)],
                },
                stop.Token);
            return commit.Succeeded ? commit.Revision : null;
        }
        catch (Exception e) when (e is not ArgumentException && !stop.IsCancellationRequested)
        {
            var found = (await store.GetAsync(path, 0, stop.Token)).Entry;
            return found?.LeaseId == lease.Id ? found.CreateRevision : null;
        }
    }

    /// <summary>Returns why it is over.</summary>
    private async Task<string> HoldAsync(StoreLease lease, long createRevision)
    {
        var wait = ttl / 3;
        while (true)
        {
            await Task.Delay(wait, timeProvider, stop.Token);
            var asked = timeProvider.GetTimestamp();
            try
            {
                if (await store.KeepAliveAsync(lease.Id, stop.Token).WaitAsync(ttl / 3, timeProvider, stop.Token) is null)
                {
                    return "the lease has ended";
                }

                // A lease that was renewed is not yet a key that is held.
                var entry = (await store.GetAsync(path, 0, stop.Token).WaitAsync(ttl / 3, timeProvider, stop.Token)).Entry;
                if (entry?.CreateRevision != createRevision)
                {
                    return "the key is another's";
                }

                Set(new Leadership(StoreCompare.CreatedAt(path, createRevision), asked));
                wait = ttl / 3;
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                Log.ElectionFailed(logger, e, path);
                wait = ttl / 10;
                if (timeProvider.GetElapsedTime(held!.RenewedAt) >= ttl)
                {
                    return "the lease could not be renewed in time";
                }
            }
        }
    }

    private async Task StepDownAsync(StoreLease lease)
    {
        try
        {
            await store.RevokeLeaseAsync(lease.Id, CancellationToken.None).WaitAsync(StepDownLimit, timeProvider, CancellationToken.None);
        }
        catch (Exception e)
        {
            // Then it ends by itself.
            Log.ElectionFailed(logger, e, path);
        }
    }

    private void Set(Leadership? next)
    {
        Volatile.Write(ref held, next);
        Interlocked.Exchange(ref changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    private sealed record Leadership(StoreCompare Fence, long RenewedAt);
}
