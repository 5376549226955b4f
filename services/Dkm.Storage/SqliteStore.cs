namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

/// <summary>The embedded store: one SQLite file, one process. A commit is on disk before it is answered.</summary>
public sealed class SqliteStore : IRevisionedStore
{
    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="Dkm.Core.DkmException">FAILED_PRECONDITION STORE_IN_USE: another process has it open. UNAVAILABLE STORE_UNAVAILABLE.</exception>
    public static Task<SqliteStore> OpenAsync(
        SqliteStoreOptions options, TimeProvider timeProvider, ILogger logger, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    public Task<StoreRead> GetAsync(string path, long revision = 0, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    public Task<StorePage> RangeAsync(
        string prefix, string? startAfter, int limit, long revision = 0, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    public Task<StoreCommit> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    public IAsyncEnumerable<StoreWatchBatch> WatchAsync(string prefix, long fromRevision, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    public Task<StoreLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task<TimeSpan?> KeepAliveAsync(long leaseId, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public Task CompactAsync(long revision, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
