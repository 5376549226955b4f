namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

/// <summary>Reads a snapshot: the manifest, which fixes the revision, the store keys, then page after page.</summary>
internal sealed class SnapshotReader
{
    private readonly ServiceContext context;

    public SnapshotReader(ServiceContext context) => this.context = context;

    /// <param name="meet">Told of each record; says whether the replica holds it like this.</param>
    /// <param name="allCores">Somebody waits for it. Otherwise it is one of the listings that go on beside the service's work, and leaves the other cores to that.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="revision">The store's revision to read at; 0 for the newest.</param>
    /// <param name="page">Told of each page as the store has it, after its records were met.</param>
    public async Task<Snapshot> ReadAsync(
        Func<OpenedRecord, bool> meet,
        bool allCores,
        CancellationToken cancellationToken,
        long revision = 0,
        Func<IReadOnlyList<StoreEntry>, Task>? page = null)
    {
        var read = await context.Store.GetAsync(context.Paths.Manifest, revision, cancellationToken);
        await context.Keys.EnsureAsync(read.Entry is null ? [] : [read.Entry], cancellationToken);
        var refusal = context.OpenManifest(read.Entry, out var manifest);
        var snapshot = new Snapshot(read.Revision, read.Entry, manifest, manifest is null ? null : context.Keys.Find(manifest.StoreKey));
        if (refusal is not null)
        {
            snapshot.Refusals.Add(refusal);
        }

        var storeKeys = context.Keys.Paths.ToHashSet(StringComparer.Ordinal);
        var opener = new PageOpener(context, snapshot.DigestKey, allCores ? Environment.ProcessorCount : 1);
        await foreach (var entries in new PageFeed(context, context.Paths.Prefix, read.Revision).ReadAsync(cancellationToken))
        {
            await context.Keys.EnsureAsync(entries, cancellationToken);
            Add(snapshot, entries, opener.Open(entries), storeKeys, meet);
            await (page?.Invoke(entries) ?? Task.CompletedTask);
        }

        snapshot.Refusals.AddRange(storeKeys.Select(path => new Refusal(path, "the store key in use", "nothing")));
        return snapshot;
    }

    private void Add(Snapshot snapshot, IReadOnlyList<StoreEntry> entries, OpenedEntry[] opened, HashSet<string> storeKeys, Func<OpenedRecord, bool> meet)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            var refusal = opened[i].Refusal;
            if (opened[i].Record is { } record)
            {
                snapshot.Add(record, opened[i].Digest);
                if (!meet(record))
                {
                    snapshot.Changed.Add(record);
                }
            }
            else if (ServicePaths.Classify(opened[i].Path) == PathKind.StoreKey)
            {
                storeKeys.Remove(opened[i].Path);
                refusal = context.Keys.Check(opened[i].Path, entries[i]);
            }

            if (refusal is not null)
            {
                snapshot.Refusals.Add(refusal);
            }
        }
    }
}
