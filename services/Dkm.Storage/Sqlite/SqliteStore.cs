namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

/// <summary>The embedded store: one SQLite file, one process. A commit is on disk before it is answered.</summary>
public sealed class SqliteStore : IRevisionedStore
{
    private readonly SqliteWriter writer;
    private readonly SqliteLeases leases;
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SqliteStore(SqliteWriter writer, TimeProvider timeProvider, ILogger logger)
    {
        this.writer = writer;
        leases = new SqliteLeases(writer, Announce, timeProvider, logger);
    }

    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="Dkm.Core.DkmException">FAILED_PRECONDITION STORE_IN_USE: another process has it open. UNAVAILABLE STORE_UNAVAILABLE.</exception>
    public static async Task<SqliteStore> OpenAsync(
        SqliteStoreOptions options, TimeProvider timeProvider, ILogger logger, CancellationToken cancellationToken = default)
    {
        TightenMode(options.Path, logger);
        var lockFile = await LockFile.TakeAsync(options.Path, options.OpenWait, timeProvider, cancellationToken);
        var writer = new SqliteWriter(options, lockFile, logger);
        try
        {
            var store = new SqliteStore(writer, timeProvider, logger);
            await store.leases.StartAsync(cancellationToken);
            return store;
        }
        catch
        {
            await writer.DisposeAsync();
            throw;
        }
    }

    public Task<StoreRead> GetAsync(string path, long revision = 0, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        return writer.ReadAsync(session => SqliteHistory.Get(session, path, revision), cancellationToken);
    }

    public Task<StorePage> RangeAsync(
        string prefix, string? startAfter, int limit, long revision = 0, CancellationToken cancellationToken = default)
    {
        StorePath.Check(prefix);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, StoreLimits.MaximumPageSize);
        return writer.ReadAsync(session => SqliteHistory.Range(session, prefix, startAfter, limit, revision), cancellationToken);
    }

    public async Task<StoreCommit> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken = default)
    {
        transaction.Check();
        var commit = await writer.WriteAsync(session => SqliteWrites.Apply(session, transaction), cancellationToken);
        Announce();
        return commit;
    }

    public async IAsyncEnumerable<StoreWatchBatch> WatchAsync(
        string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        StorePath.Check(prefix);
        ArgumentOutOfRangeException.ThrowIfLessThan(fromRevision, 1);
        var next = fromRevision;
        while (true)
        {
            // Taken before the look, so that a commit between look and wait is not slept through.
            var signal = Volatile.Read(ref changed).Task;
            var from = next;
            var (batches, through) = await writer.ReadAsync(session => SqliteHistory.Changes(session, prefix, from), cancellationToken);
            foreach (var batch in batches)
            {
                yield return batch;
            }

            if (through < next)
            {
                await signal.WaitAsync(cancellationToken);
            }

            next = Math.Max(next, through + 1);
        }
    }

    public Task<StoreLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken = default) => leases.GrantAsync(ttl, cancellationToken);

    public Task<TimeSpan?> KeepAliveAsync(long leaseId, CancellationToken cancellationToken = default) =>
        Task.FromResult(leases.KeepAlive(leaseId));

    public Task RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken = default) => leases.EndAsync([leaseId], cancellationToken);

    public Task CompactAsync(long revision, CancellationToken cancellationToken = default) =>
        writer.WriteAsync(session => SqliteWrites.Compact(session, revision), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await leases.DisposeAsync();
        await writer.DisposeAsync();
        Announce();
    }

    private static void TightenMode(string path, ILogger logger)
    {
        if (OperatingSystem.IsWindows() || !File.Exists(path) || File.GetUnixFileMode(path) == OwnerOnlyFile.Mode)
        {
            return;
        }

        Log.SqliteModeTightened(logger, path, File.GetUnixFileMode(path).ToString());
        File.SetUnixFileMode(path, OwnerOnlyFile.Mode);
    }

    private void Announce() =>
        Interlocked.Exchange(ref changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
}
