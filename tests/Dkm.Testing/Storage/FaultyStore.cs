namespace Dkm.Testing.Storage;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;

/// <summary>A store that fails on demand. It does not own the one behind it.</summary>
public sealed class FaultyStore : IRevisionedStore
{
    private IRevisionedStore inner;
    private CancellationTokenSource watches = new();
    private readonly ConcurrentDictionary<string, int> reads = new(StringComparer.Ordinal);
    private int openWatches;
    private int failedReads;

    public FaultyStore(IRevisionedStore inner) => this.inner = inner;

    /// <summary>Asked for each commit.</summary>
    public Func<StoreTransaction, CommitFault> OnCommit { get; set; } = _ => CommitFault.None;

    /// <summary>Runs before each commit reaches the store.</summary>
    public Func<StoreTransaction, Task> BeforeCommit { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs after each commit that the store took, before the caller hears of it.</summary>
    public Func<Task> AfterCommit { get; set; } = () => Task.CompletedTask;

    /// <summary>Runs before each page is read; told where it begins.</summary>
    public Func<string?, Task> BeforePage { get; set; } = _ => Task.CompletedTask;

    /// <summary>Every read throws.</summary>
    public bool ReadsFail { get; set; }

    /// <summary>How often this path was read by itself.</summary>
    public int ReadsOf(string path) => reads.GetValueOrDefault(path);

    /// <summary>How many have.</summary>
    public int FailedReads => Volatile.Read(ref failedReads);

    /// <summary>What the watch passes on of a batch; null for nothing of it.</summary>
    public Func<StoreWatchBatch, StoreWatchBatch?> OnWatch { get; set; } = batch => batch;

    /// <summary>Runs before the watch passes on a batch, which may so come late, whatever became of the watch meanwhile.</summary>
    public Func<StoreWatchBatch, Task> BeforeBatch { get; set; } = _ => Task.CompletedTask;

    public int OpenWatches => Volatile.Read(ref openWatches);

    /// <summary>Another store in its place from now on, as after a restore of an older snapshot.</summary>
    public void Replace(IRevisionedStore other)
    {
        inner = other;
        EndWatches();
    }

    /// <summary>Ends every open watch without an error, as a server may.</summary>
    public void EndWatches() => Interlocked.Exchange(ref watches, new CancellationTokenSource()).Cancel();

    public Task<StoreRead> GetAsync(string path, long revision = 0, CancellationToken cancellationToken = default)
    {
        ThrowIfReadsFail();
        reads.AddOrUpdate(path, 1, (_, count) => count + 1);
        return inner.GetAsync(path, revision, cancellationToken);
    }

    public async Task<StorePage> RangeAsync(string prefix, string? startAfter, int limit, long revision = 0, CancellationToken cancellationToken = default)
    {
        ThrowIfReadsFail();
        await BeforePage(startAfter);
        return await inner.RangeAsync(prefix, startAfter, limit, revision, cancellationToken);
    }

    public async Task<StoreCommit> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken = default)
    {
        await BeforeCommit(transaction);
        switch (OnCommit(transaction))
        {
            case CommitFault.BeforeApplying:
                throw new IOException("the connection was lost (before)");
            case CommitFault.AfterApplying:
                await inner.CommitAsync(transaction, cancellationToken);
                throw new IOException("the connection was lost (after)");
            case CommitFault.Unavailable:
                throw new DkmException(ErrorKind.Unavailable, Reasons.StoreUnavailable, "no quorum");
            case CommitFault.Full:
                throw new DkmException(ErrorKind.Unavailable, Reasons.StoreFull, "no room");
            case CommitFault.FullThoughWritten:
                await inner.CommitAsync(transaction, cancellationToken);
                throw new DkmException(ErrorKind.Unavailable, Reasons.StoreFull, "no room");
            default:
                var commit = await inner.CommitAsync(transaction, cancellationToken);
                await AfterCommit();
                return commit;
        }
    }

    public async IAsyncEnumerable<StoreWatchBatch> WatchAsync(
        string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var end = Volatile.Read(ref watches).Token;
        using var both = CancellationTokenSource.CreateLinkedTokenSource(end, cancellationToken);
        await using var batches = inner.WatchAsync(prefix, fromRevision, both.Token).GetAsyncEnumerator(both.Token);
        Interlocked.Increment(ref openWatches);
        try
        {
            while (await MoveAsync(batches, end, cancellationToken))
            {
                if (OnWatch(batches.Current) is { } batch)
                {
                    await BeforeBatch(batch);
                    yield return batch;
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref openWatches);
        }
    }

    public Task<StoreLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken = default) => inner.GrantLeaseAsync(ttl, cancellationToken);

    public Task<TimeSpan?> KeepAliveAsync(long leaseId, CancellationToken cancellationToken = default) => inner.KeepAliveAsync(leaseId, cancellationToken);

    public Task RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken = default) => inner.RevokeLeaseAsync(leaseId, cancellationToken);

    public Task CompactAsync(long revision, CancellationToken cancellationToken = default) => inner.CompactAsync(revision, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<bool> MoveAsync(IAsyncEnumerator<StoreWatchBatch> batches, CancellationToken end, CancellationToken cancellationToken)
    {
        try
        {
            return await batches.MoveNextAsync();
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private void ThrowIfReadsFail()
    {
        if (ReadsFail)
        {
            Interlocked.Increment(ref failedReads);
            throw new DkmException(ErrorKind.Unavailable, Reasons.StoreUnavailable, "no quorum");
        }
    }
}
