namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Backup.V1;
using Dkm.Core.Backups;
using Google.Protobuf.WellKnownTypes;

/// <summary>
/// Makes a service's section of a backup. What lies in the store goes into it as it lies there, page by page, and is opened and added up on the way: a section that got its
/// trailer holds what this replica would itself adopt.
/// </summary>
internal sealed class SectionSource
{
    private readonly ServiceContext context;
    private readonly Replica replica;

    public SectionSource(ServiceContext context, Replica replica)
    {
        this.context = context;
        this.replica = replica;
    }

    /// <exception cref="Dkm.Core.DkmException">STORE_REFUSED, REVISION_GONE, UNAVAILABLE.</exception>
    public async Task RunAsync(
        string backupId, long revision, Func<ReadOnlyMemory<byte>, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        try
        {
            DemandNoTrouble();
            await MakeAsync(backupId, await RevisionAsync(revision, cancellationToken), send, cancellationToken);
        }
        catch (StoreCompactedException e)
        {
            throw StoreErrors.RevisionGone(revision, e);
        }
    }

    /// <summary>The revision to read at. What is there now must not be an older state that was put back: nobody may take that for a backup of today.</summary>
    private async Task<long> RevisionAsync(long wanted, CancellationToken cancellationToken)
    {
        var floor = replica.Mark.Floor;
        var read = await context.Store.GetAsync(context.Paths.Manifest, 0, cancellationToken);
        var newest = await OpenManifestAsync(read.Entry, cancellationToken);
        return newest.Version < floor ? throw StoreErrors.Refused(BatchDecision.RolledBack(floor, newest).ToString())
            : wanted == 0 ? read.Revision
            : wanted;
    }

    private async Task MakeAsync(
        string backupId, long revision, Func<ReadOnlyMemory<byte>, CancellationToken, Task> send, CancellationToken cancellationToken)
    {
        var manifest = await OpenManifestAsync((await context.Store.GetAsync(context.Paths.Manifest, revision, cancellationToken)).Entry, cancellationToken);
        using var writer = new SectionWriter(context.Keys.Find(manifest.StoreKey)!.Backup, send);
        var header = new SectionHeader
        {
            Format = BackupFormat.Version,
            BackupId = backupId,
            Service = context.Paths.Service,
            ClusterId = context.ClusterId,
            StoreRevision = revision,
            CreateTime = context.Now.ToTimestamp(),
            Epoch = manifest.Version.Epoch,
            Number = manifest.Version.Number,
            RootIds = { await RootsAsync(revision, cancellationToken) },
        };
        await writer.HeadAsync(header, cancellationToken);
        var snapshot = await new SnapshotReader(context).ReadAsync(
            static _ => true, allCores: false, cancellationToken, revision, page => AddAsync(writer, page, cancellationToken));
        var decision = SnapshotDecision.Judge(new ReplicaState(), snapshot, 0, default, context.Options);
        if (decision.Verdict != SnapshotVerdict.Adopt)
        {
            throw StoreErrors.Refused(decision.Refusals.Count > 0
                ? Refusal.Describe(decision.Refusals)
                : $"the records at revision {revision} do not add up to manifest {manifest.Version}");
        }

        DemandNoTrouble();
        await writer.EndAsync(cancellationToken);
        Log.BackedUp(context.Logger, context.Paths.Service, snapshot.Count, manifest.Version, revision, backupId);
    }

    private async Task AddAsync(SectionWriter writer, IReadOnlyList<StoreEntry> page, CancellationToken cancellationToken)
    {
        foreach (var entry in page)
        {
            var path = context.Paths.Relative(entry.Path);
            if (ServicePaths.Classify(path) != PathKind.Leased)
            {
                await writer.AddAsync(path, entry.Value, cancellationToken);
            }
        }
    }

    private async Task<IEnumerable<string>> RootsAsync(long revision, CancellationToken cancellationToken)
    {
        var roots = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var entry in new PageFeed(context, context.Paths.StoreKeys, revision).EntriesAsync(cancellationToken))
        {
            roots.UnionWith(WrappedStoreKey.Read(entry.Value) is { } wrapped ? [wrapped.RootId] : []);
        }

        if (context.Options.RecordRoots is { } rooted)
        {
            await foreach (var entry in new PageFeed(context, context.Paths.Full(rooted.Folder), revision).EntriesAsync(cancellationToken))
            {
                await context.Keys.EnsureAsync([entry], cancellationToken);
                if (context.Sealer.Open(context.Keys, entry, context.Paths.Relative(entry.Path), out var record) is null)
                {
                    roots.UnionWith(rooted.Read(record!.ToRecord()));
                }
            }
        }

        return roots;
    }

    private async Task<Manifest> OpenManifestAsync(StoreEntry? entry, CancellationToken cancellationToken)
    {
        await context.Keys.EnsureAsync(entry is null ? [] : [entry], cancellationToken);
        return context.OpenManifest(entry, out var manifest) is { } refusal ? throw StoreErrors.Refused(refusal.ToString()) : manifest!;
    }

    private void DemandNoTrouble()
    {
        if (replica.Status.Trouble is { } trouble)
        {
            throw StoreErrors.Refused(trouble);
        }
    }
}
