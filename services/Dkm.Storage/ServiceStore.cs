namespace Dkm.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

/// <summary>
/// A service's sealed records, their manifest and a verified replica of them, over any <see cref="IRevisionedStore"/>. The replica keeps paths and
/// versions; the bodies go to the <see cref="IReplicaObserver"/>. Thread-safe. It does not own the store.
/// </summary>
public sealed class ServiceStore : IAsyncDisposable
{
    /// <summary>The state that the observer has been given.</summary>
    public ManifestVersion Version => throw new NotImplementedException();

    /// <summary>True from the first verified snapshot to the dispose. Trouble does not change it: what was verified goes on being served.</summary>
    public bool Ready => throw new NotImplementedException();

    /// <summary>What the store holds that is refused, and why; null if nothing. While it is set, writes are refused.</summary>
    public string? Trouble => throw new NotImplementedException();

    /// <summary>When a linearizable read last confirmed that <see cref="Version"/> is the newest.</summary>
    public DateTimeOffset ConfirmTime => throw new NotImplementedException();

    /// <summary>The installation that the records are bound to.</summary>
    public string ClusterId => throw new NotImplementedException();

    /// <summary>Opens a service's records, or makes an empty set of them, and calls the observer with all of them.</summary>
    /// <param name="store">Where they lie.</param>
    /// <param name="service">The segment below <c>/dkm/v1/</c>: <c>access</c> or <c>keyring</c>.</param>
    /// <param name="root">Wraps the store key of this service.</param>
    /// <param name="observer">Gets what was verified.</param>
    /// <param name="options">How it behaves.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="logger">Where trouble is told.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Dkm.Core.DkmException">
    /// FAILED_PRECONDITION STORE_REFUSED if the records do not add up to their manifest, UPGRADE_IN_PROGRESS if one asks for a newer reader, ROOT_DENIED;
    /// UNAVAILABLE if store or root are.
    /// </exception>
    public static Task<ServiceStore> OpenAsync(
        IRevisionedStore store,
        string service,
        IRootProvider root,
        IReplicaObserver observer,
        ServiceStoreOptions options,
        TimeProvider timeProvider,
        ILogger logger,
        CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>
    /// Writes, comparing and advancing the manifest in the same transaction, and returns after the observer was called with it. If others wrote other
    /// records meanwhile it tries again by itself.
    /// </summary>
    /// <returns>The state with the change; its number is the version of every record written.</returns>
    /// <exception cref="Dkm.Core.DkmException">
    /// ABORTED LOST_RACE: a record has not the expected version, or a requirement does not hold. FAILED_PRECONDITION STORE_REFUSED: see
    /// <see cref="Trouble"/>; UPGRADE_IN_PROGRESS: a record asks for a newer writer. UNAVAILABLE STORE_UNAVAILABLE: nothing was written; OUTCOME_UNKNOWN.
    /// RESOURCE_EXHAUSTED TOO_LONG: more bytes than a transaction takes.
    /// </exception>
    public Task<ManifestVersion> CommitAsync(RecordChanges changes, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Ends the replica. The store is left open.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
