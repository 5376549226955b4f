namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

/// <summary>
/// The small part of etcd that DKM stands on; it knows paths and bytes only. Revisions count the transactions that wrote something. Reads at
/// revision 0 are linearizable. Every implementation passes the same contract suite (tests/Dkm.Testing/Storage).
/// </summary>
/// <remarks>
/// Trouble is a <see cref="Dkm.Core.DkmException"/> of kind UNAVAILABLE: <c>STORE_UNAVAILABLE</c> if surely nothing was written,
/// <c>STORE_FULL</c> if there is no room, where a read that begins after the answer tells whether this was the write that took the last of it,
/// <c>OUTCOME_UNKNOWN</c> if that cannot be said. Callers treat any other exception of a write as the latter.
/// </remarks>
public interface IRevisionedStore : IAsyncDisposable
{
    /// <summary>What lies at a path, now (0) or at a revision.</summary>
    /// <exception cref="StoreCompactedException">That revision is gone.</exception>
    Task<StoreRead> GetAsync(string path, long revision = 0, CancellationToken cancellationToken = default);

    /// <summary>A page of what lies under a prefix, now (0) or at a revision.</summary>
    /// <param name="prefix">What the paths begin with.</param>
    /// <param name="startAfter">The last path of the page before; null for the first page.</param>
    /// <param name="limit">Entries at most; 1 to <see cref="StoreLimits.MaximumPageSize"/>.</param>
    /// <param name="revision">The first page's revision, for the pages behind it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreCompactedException">That revision is gone.</exception>
    Task<StorePage> RangeAsync(string prefix, string? startAfter, int limit, long revision = 0, CancellationToken cancellationToken = default);

    /// <summary>Compares and writes, all or nothing. Deleting what is not there writes nothing. Never retried by the store.</summary>
    /// <exception cref="StoreLeaseNotFoundException">A put named a lease that has ended.</exception>
    Task<StoreCommit> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>
    /// The changes under a prefix from a revision on, in order, each revision once, then those to come. The stream may end or throw at any time, and
    /// that means no more than: ask again from the revision behind the last.
    /// </summary>
    /// <exception cref="StoreCompactedException">The changes from that revision on are no longer all there.</exception>
    IAsyncEnumerable<StoreWatchBatch> WatchAsync(string prefix, long fromRevision, CancellationToken cancellationToken = default);

    /// <summary>A lease that ends after its time unless kept alive, and then deletes what goes with it, at one revision. It may live longer; it never proves anything at the moment of a write.</summary>
    Task<StoreLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken = default);

    /// <summary>Starts its time anew. Null if it has ended.</summary>
    Task<TimeSpan?> KeepAliveAsync(long leaseId, CancellationToken cancellationToken = default);

    /// <summary>Ends a lease and deletes what goes with it. Nothing happens if it has ended.</summary>
    Task RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken = default);

    /// <summary>Forgets what was overwritten or deleted before a revision. Nothing happens if that was done.</summary>
    Task CompactAsync(long revision, CancellationToken cancellationToken = default);

    /// <summary>Has the next calls go to another member, if there is one. True if there is: what was read is worth reading again there.</summary>
    bool TryElsewhere(string why) => false;
}
