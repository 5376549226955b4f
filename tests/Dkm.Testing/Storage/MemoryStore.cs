namespace Dkm.Testing.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;

/// <summary>A store in memory for unit tests, held to the same contract suite as the real ones.</summary>
public sealed class MemoryStore : IRevisionedStore
{
    private readonly TimeProvider timeProvider;
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, List<Version>> history = new(StringComparer.Ordinal);
    private readonly Dictionary<long, (TimeSpan Ttl, ITimer Timer)> leases = [];
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long revision = 1;
    private long compacted;
    private long lastLease;

    public MemoryStore(TimeProvider timeProvider) => this.timeProvider = timeProvider;

    public Task<StoreRead> GetAsync(string path, long revision = 0, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        lock (gate)
        {
            var at = Readable(revision);
            return Task.FromResult(new StoreRead(Find(path, at), at));
        }
    }

    public Task<StorePage> RangeAsync(string prefix, string? startAfter, int limit, long revision = 0, CancellationToken cancellationToken = default)
    {
        StorePath.Check(prefix);
        lock (gate)
        {
            var at = Readable(revision);
            var found = history.Keys
                .Where(path => path.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(path, startAfter) > 0)
                .Select(path => Find(path, at))
                .OfType<StoreEntry>()
                .Take(limit + 1)
                .ToList();
            return Task.FromResult(new StorePage(found.Take(limit).ToList(), at, found.Count > limit));
        }
    }

    public Task<StoreCommit> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken = default)
    {
        transaction.Check();
        lock (gate)
        {
            var current = transaction.Compares.Select(compare => Find(compare.Path, revision)).ToList();
            if (!transaction.Compares.Zip(current).All(pair => pair.First.Holds(pair.Second)))
            {
                return Task.FromResult(new StoreCommit(false, revision, current));
            }

            var missing = transaction.Puts.FirstOrDefault(put => put.LeaseId != 0 && !leases.ContainsKey(put.LeaseId));
            if (missing is not null)
            {
                throw new StoreLeaseNotFoundException(missing.LeaseId);
            }

            Write(transaction.Puts, transaction.Deletes);
            return Task.FromResult(new StoreCommit(true, revision, []));
        }
    }

    public async IAsyncEnumerable<StoreWatchBatch> WatchAsync(
        string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        StorePath.Check(prefix);
        for (var next = fromRevision; ;)
        {
            Task signal;
            List<StoreWatchBatch> batches;
            lock (gate)
            {
                signal = changed.Task;
                batches = Changes(prefix, next);
                next = Math.Max(next, revision + 1);
            }

            foreach (var batch in batches)
            {
                yield return batch;
            }

            await signal.WaitAsync(cancellationToken);
        }
    }

    public Task<StoreLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            var id = ++lastLease;
            var granted = TimeSpan.FromSeconds(Math.Ceiling(ttl.TotalSeconds));
            leases[id] = (granted, timeProvider.CreateTimer(_ => End(id), null, granted, Timeout.InfiniteTimeSpan));
            return Task.FromResult(new StoreLease(id, granted));
        }
    }

    public Task<TimeSpan?> KeepAliveAsync(long leaseId, CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            if (!leases.TryGetValue(leaseId, out var lease))
            {
                return Task.FromResult<TimeSpan?>(null);
            }

            lease.Timer.Change(lease.Ttl, Timeout.InfiniteTimeSpan);
            return Task.FromResult<TimeSpan?>(lease.Ttl);
        }
    }

    public Task RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken = default)
    {
        End(leaseId);
        return Task.CompletedTask;
    }

    public Task CompactAsync(long revision, CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(revision, this.revision);
            compacted = Math.Max(compacted, revision);
            foreach (var versions in history.Values)
            {
                var last = versions.FindLastIndex(version => version.Revision <= compacted);
                versions.RemoveRange(0, Math.Max(0, versions is [.., _] && last >= 0 && versions[last].Entry is null ? last + 1 : last));
            }
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        lock (gate)
        {
            foreach (var lease in leases.Values)
            {
                lease.Timer.Dispose();
            }
        }

        return ValueTask.CompletedTask;
    }

    private long Readable(long wanted) =>
        wanted > revision ? throw new DkmException(ErrorKind.Unavailable, Reasons.StoreUnavailable, "a revision in the future")
        : wanted == 0 ? revision
        : wanted < compacted ? throw new StoreCompactedException(compacted)
        : wanted;

    private StoreEntry? Find(string path, long at) =>
        history.TryGetValue(path, out var versions) ? versions.FindLast(version => version.Revision <= at)?.Entry : null;

    private List<StoreWatchBatch> Changes(string prefix, long from)
    {
        if (from <= compacted)
        {
            throw new StoreCompactedException(compacted);
        }

        return history
            .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .SelectMany(pair => pair.Value.Where(version => version.Revision >= from).Select(version => (pair.Key, Version: version)))
            .GroupBy(change => change.Version.Revision, change => new StoreEvent(change.Key, change.Version.Entry))
            .OrderBy(group => group.Key)
            .Select(group => new StoreWatchBatch(group.Key, group.ToList()))
            .ToList();
    }

    private void End(long lease)
    {
        lock (gate)
        {
            if (leases.Remove(lease, out var ended))
            {
                ended.Timer.Dispose();
                Write([], history.Keys.Where(path => Find(path, revision)?.LeaseId == lease).ToList());
            }
        }
    }

    private void Write(IReadOnlyList<StorePut> puts, IReadOnlyList<string> deletes)
    {
        var next = revision + 1;
        var versions = puts
            .Select(put => (put.Path, Entry: (StoreEntry?)new StoreEntry(
                put.Path, put.Value.ToArray(), Find(put.Path, revision)?.CreateRevision ?? next, next, put.LeaseId)))
            .Concat(deletes.Where(path => Find(path, revision) is not null).Select(path => (path, (StoreEntry?)null)))
            .ToList();
        foreach (var (path, entry) in versions)
        {
            if (!history.TryGetValue(path, out var list))
            {
                history.Add(path, list = []);
            }

            list.Add(new Version(next, entry));
        }

        if (versions.Count > 0)
        {
            revision = next;
            var signal = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            signal.SetResult();
        }
    }

    private sealed record Version(long Revision, StoreEntry? Entry);
}
