namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// A service's part of an empty store whose operator has said that a restore is to come (<c>Store:AwaitRestore</c>): nothing is made there until it has. One for each process,
/// before it opens its <see cref="ServiceStore"/>.
/// </summary>
public sealed class AwaitedRestore
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly IRevisionedStore store;
    private readonly ServicePaths paths;
    private readonly IRootProvider root;
    private readonly ServiceStoreOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private int running;

    /// <param name="store">Where the records shall lie.</param>
    /// <param name="service">As of <see cref="ServiceStore"/>, like everything else.</param>
    /// <param name="root">Has to have wrapped the store keys of the backup.</param>
    /// <param name="options">The state directory and the record roots of these count.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it is told.</param>
    public AwaitedRestore(IRevisionedStore store, string service, IRootProvider root, ServiceStoreOptions options, TimeProvider time, ILogger logger)
    {
        this.store = store;
        this.root = root;
        this.options = options;
        this.time = time;
        this.logger = logger;
        paths = new ServicePaths(service);
    }

    /// <summary>For people.</summary>
    public static string Why => "it awaits a restore (Store:AwaitRestore is set and the store is empty): dkm restore FILE";

    /// <summary>For people, when the wait is over and the records are not open yet.</summary>
    public static string WhyOnceRestored => "the store was restored and is being opened";

    /// <summary>Whether there are no records yet.</summary>
    /// <exception cref="DkmException">UNAVAILABLE.</exception>
    public async Task<bool> IsEmptyAsync(CancellationToken cancellationToken) => (await store.GetAsync(paths.Manifest, 0, cancellationToken)).Entry is null;

    /// <summary>Returns at once where there are records, else when a restore has brought some.</summary>
    /// <param name="awaited">Told of this when the wait begins, and of null when it ends.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DkmException">UNAVAILABLE.</exception>
    public async Task FilledAsync(Action<AwaitedRestore?> awaited, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(awaited);
        if (!await IsEmptyAsync(cancellationToken))
        {
            Log.NothingToRestore(logger, paths.Service);
            return;
        }

        awaited(this);
        try
        {
            await WaitAsync(cancellationToken);
        }
        finally
        {
            awaited(null);
        }
    }

    /// <summary>Returns when a restore is over, whichever replica did it.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        Log.AwaitingRestore(logger, paths.Service);

        // Our own is over only when it has let go of the mark file.
        while (await IsAwaitedAsync(cancellationToken) || Volatile.Read(ref running) == 1)
        {
            await Task.Delay(Interval, time, cancellationToken);
        }
    }

    /// <summary>Verifies a section as far as can be, and only then writes it.</summary>
    /// <param name="section">Its bytes, in pieces.</param>
    /// <param name="rewrite">The body that a record gets instead of its own, or null; always the same answer for the same record. Called several times for each.</param>
    /// <param name="changes">Names what <paramref name="rewrite"/> was told to do; another text for anything else.</param>
    /// <param name="cancellationToken">Ends it; what was written by then is taken over when it is asked for again.</param>
    /// <exception cref="DkmException">See <c>dkm.access.v1.RootService.Restore</c>.</exception>
    public async Task<RestoreResult> RunAsync(
        IAsyncEnumerable<ReadOnlyMemory<byte>> section, Func<Record, DateTimeOffset, byte[]?> rewrite, string changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(rewrite);
        if (Interlocked.Exchange(ref running, 1) == 1)
        {
            throw new DkmException(ErrorKind.ResourceExhausted, Reasons.TooMany, "a restore is under way at this replica");
        }

        try
        {
            using var spool = await SectionSpool.FillAsync(section, paths.Service, cancellationToken);
            var outline = SectionOutline.Read(paths, spool);
            using var highWater = HighWater.Open(options.StateDirectory, paths.Service);
            highWater.CheckInstallation(outline.ClusterId);
            using var keys = new StoreKeys(store, paths, outline.ClusterId, root);
            var context = new ServiceContext(
                store, paths, outline.ClusterId, keys, new RecordSealer(outline.ClusterId, options.ReaderVersion), options, highWater, time, logger);
            var manifest = await SectionCheck.RunAsync(context, outline, spool, root, cancellationToken);
            var backupTime = outline.Header.CreateTime?.ToDateTimeOffset() ?? default;
            var content = new SectionContent(context, spool, record => rewrite(record, backupTime));
            return await new Restoration(context, manifest, content).RunAsync(outline.Header.BackupId, changes, cancellationToken);
        }
        finally
        {
            Volatile.Write(ref running, 0);
        }
    }

    private async Task<bool> IsAwaitedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await IsEmptyAsync(cancellationToken);
        }
        catch (DkmException)
        {
            // The store is away for a moment; a restore that is asked for meanwhile hears so itself.
            return true;
        }
    }
}
