namespace Dkm.Storage;

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;

/// <summary>
/// A service's sealed records, their manifest and a verified replica of them, over any <see cref="IRevisionedStore"/>. The replica keeps paths and
/// versions; the bodies go to the <see cref="IReplicaObserver"/>. Thread-safe. It does not own the store.
/// </summary>
public sealed class ServiceStore : IAsyncDisposable
{
    private readonly ServiceContext context;
    private readonly Replica replica;
    private readonly ReplicaFeed feed;
    private readonly RecordWriter writer;
    private readonly MarkExchange exchange;
    private readonly SectionSource section;
    private readonly SemaphoreSlim backupTurn = new(1, 1);
    private int disposed;

    private ServiceStore(ServiceContext context, Replica replica, ReplicaFeed feed, IReplicaObserver observer)
    {
        this.context = context;
        this.replica = replica;
        this.feed = feed;
        writer = new RecordWriter(context, replica, feed);
        section = new SectionSource(context, replica);
        exchange = new MarkExchange(context, replica, feed, new Recovery(context, replica, observer), Lease);
        exchange.Start();
        Telemetry.Follow(this, context.Paths.Service, () => context.Now - ConfirmTime);
    }

    /// <summary>The state that the observer has been given.</summary>
    public ManifestVersion Version => replica.Status.Version;

    /// <summary>True from the first verified snapshot to the dispose. Trouble does not change it: what was verified goes on being served.</summary>
    public bool Ready => Volatile.Read(ref disposed) == 0;

    /// <summary>What the store holds that is refused, and why; null if nothing. While it is set, writes are refused.</summary>
    public string? Trouble => replica.Status.Trouble;

    /// <summary>When a linearizable read last confirmed that <see cref="Version"/>, which the observer has, is the newest.</summary>
    public DateTimeOffset ConfirmTime => replica.Status.ConfirmTime;

    /// <summary>The installation that the records are bound to.</summary>
    public string ClusterId => context.ClusterId;

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
    public static async Task<ServiceStore> OpenAsync(
        IRevisionedStore store,
        string service,
        IRootProvider root,
        IReplicaObserver observer,
        ServiceStoreOptions options,
        TimeProvider timeProvider,
        ILogger logger,
        CancellationToken cancellationToken = default)
    {
        var paths = new ServicePaths(service);
        var highWater = HighWater.Open(options.StateDirectory, service);
        StoreKeys? keys = null;
        try
        {
            var clusterId = await ClusterIdentity.EnsureAsync(store, highWater, cancellationToken);
            keys = new StoreKeys(store, paths, clusterId, root);
            var context = new ServiceContext(
                store, paths, clusterId, keys, new RecordSealer(clusterId, options.ReaderVersion), options, highWater, timeProvider, logger);
            if (options.StateDirectory is null)
            {
                Log.NoStateDirectory(logger, service);
            }

            return await OpenAsync(context, observer, cancellationToken);
        }
        catch
        {
            keys?.Dispose();
            highWater.Dispose();
            throw;
        }
    }

    private static async Task<ServiceStore> OpenAsync(ServiceContext context, IReplicaObserver observer, CancellationToken cancellationToken)
    {
        await FirstManifest.EnsureAsync(context, cancellationToken);
        await OlderState.AcceptAsync(context, cancellationToken);
        var replica = new Replica(context, observer);
        var feed = new ReplicaFeed(context, replica);
        var (revision, decision) = await feed.RelistAsync(cancellationToken);
        if (decision.Verdict == SnapshotVerdict.Refuse)
        {
            var trouble = $"{context.Paths.Service}: {Refusal.Describe(decision.Refusals)}";
            throw decision.Refusals.All(refusal => refusal.Upgrade) ? StoreErrors.Upgrade(trouble) : StoreErrors.Refused(trouble);
        }

        context.HighWater.Save(context.ClusterId);
        feed.Start(revision);
        return new ServiceStore(context, replica, feed, observer);
    }

    /// <summary>
    /// Writes, comparing and advancing the manifest in the same transaction, and returns after the observer was called with it. If others wrote other
    /// records meanwhile it tries again by itself.
    /// </summary>
    /// <returns>The state with the change; its number is the version of every record written.</returns>
    /// <exception cref="Dkm.Core.DkmException">
    /// ABORTED LOST_RACE: a record has not the expected version, or a requirement does not hold. FAILED_PRECONDITION STORE_REFUSED: see
    /// <see cref="Trouble"/>; UPGRADE_IN_PROGRESS: a record asks for a newer writer. UNAVAILABLE STORE_UNAVAILABLE, STORE_FULL: nothing was written; OUTCOME_UNKNOWN.
    /// RESOURCE_EXHAUSTED TOO_LONG: more bytes than a transaction takes.
    /// </exception>
    public Task<ManifestVersion> CommitAsync(RecordChanges changes, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return writer.CommitAsync(changes, cancellationToken);
    }

    /// <summary>
    /// Reads one record anew, for an observer that does not keep all bodies. What is answered is the very sealing that the replica holds by its version: nothing older and
    /// nothing that somebody put there passes.
    /// </summary>
    /// <exception cref="Dkm.Core.DkmException">
    /// UNAVAILABLE; ABORTED LOST_RACE: it is not there, or was changed meanwhile and the change is on its way; FAILED_PRECONDITION STORE_REFUSED.
    /// </exception>
    public Task<ReadOnlyMemory<byte>> ReadAsync(string path, CancellationToken cancellationToken = default) =>
        RecordReader.ReadAsync(context, replica, path, cancellationToken);

    /// <summary>
    /// Ends a refusal by an administrator's word, after a state of the store was put back that is older than what the running replicas hold: each of them writes back what it
    /// holds in a newer version, and the epoch rises. Whichever replica is asked, the one that holds the newest goes first. Returns once all that are known follow.
    /// </summary>
    /// <returns>The state that was recovered.</returns>
    /// <exception cref="Dkm.Core.DkmException">
    /// FAILED_PRECONDITION NOTHING_TO_RECOVER: nothing is refused; STORE_REFUSED: what is wrong still. UNAVAILABLE.
    /// </exception>
    public Task<ManifestVersion> RecoverAsync(CancellationToken cancellationToken = default) => exchange.RecoverAsync(cancellationToken);

    /// <summary>
    /// Makes this service's section of a backup, sealed as it lies in the store. The last piece comes only after all of it was verified: what ends otherwise is no section. One at a
    /// time; no more than a page of the store and a piece are in memory.
    /// </summary>
    /// <param name="backupId">Names the backup.</param>
    /// <param name="revision">The store's revision to read at; 0 for the newest.</param>
    /// <param name="send">Takes a piece, and has done with it when it returns.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Dkm.Core.DkmException">
    /// FAILED_PRECONDITION STORE_REFUSED; ABORTED REVISION_GONE; RESOURCE_EXHAUSTED TOO_MANY: another one is under way; UNAVAILABLE.
    /// </exception>
    public async Task BackupAsync(
        string backupId, long revision, Func<ReadOnlyMemory<byte>, CancellationToken, Task> send, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(send);
        if (!await backupTurn.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            throw new Core.DkmException(Core.ErrorKind.ResourceExhausted, Core.Reasons.TooMany, "this replica makes another backup now; wait for its end, or ask another replica");
        }

        try
        {
            await section.RunAsync(backupId, revision, send, cancellationToken);
        }
        finally
        {
            backupTurn.Release();
        }
    }

    /// <summary>Whether these records were restored from a backup, with these changes, and nothing was written since.</summary>
    public bool IsJustRestoredFrom(string backupId, string changes) => replica.OperationId == Restoration.OperationId(context.Paths.Service, backupId, changes);

    /// <summary>A place for what this process says of itself for as long as it lives. The caller disposes it, before this.</summary>
    /// <param name="ttl">How long it stays after the process has died.</param>
    public LeasedRecords Lease(TimeSpan ttl) => new(context, () => replica.Sealing, () => replica.Status.Version.Epoch, ttl);

    /// <summary>Ends the replica. The store is left open.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            Telemetry.Forget(this);
            await writer.DisposeAsync();
            await exchange.DisposeAsync();
            await feed.DisposeAsync();
            context.Keys.Dispose();
            context.HighWater.Dispose();
        }
    }
}
