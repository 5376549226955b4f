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

    /// <param name="meet">Told of each page; says for each record whether the replica holds it like this.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Snapshot> ReadAsync(Func<OpenedRecord, bool> meet, CancellationToken cancellationToken)
    {
        var read = await context.Store.GetAsync(context.Paths.Manifest, 0, cancellationToken);
        await context.Keys.EnsureAsync(read.Entry is null ? [] : [read.Entry], cancellationToken);
        var refusal = context.OpenManifest(read.Entry, out var manifest);
        var snapshot = new Snapshot(read.Revision, read.Entry, manifest, manifest is null ? null : context.Keys.Find(manifest.StoreKey));
        if (refusal is not null)
        {
            snapshot.Refusals.Add(refusal);
        }

        var storeKeys = context.Keys.Paths.ToHashSet(StringComparer.Ordinal);
        for (string? last = null; ;)
        {
            var page = await context.Store.RangeAsync(context.Paths.Prefix, last, context.Options.PageSize, read.Revision, cancellationToken);
            await context.Keys.EnsureAsync(page.Entries, cancellationToken);
            Add(snapshot, page.Entries, storeKeys, meet);
            if (!page.More)
            {
                break;
            }

            last = page.Entries[^1].Path;
        }

        snapshot.Refusals.AddRange(storeKeys.Select(path => new Refusal(path, "the store key in use", "nothing")));
        return snapshot;
    }

    private void Add(Snapshot snapshot, IReadOnlyList<StoreEntry> entries, HashSet<string> storeKeys, Func<OpenedRecord, bool> meet)
    {
        foreach (var entry in entries)
        {
            var path = context.Paths.Relative(entry.Path);
            var kind = ServicePaths.Classify(path);
            Refusal? refusal = null;
            if (kind == PathKind.Record)
            {
                refusal = context.Sealer.Open(context.Keys, entry, path, out var record);
                if (record is not null)
                {
                    snapshot.Add(record);
                    if (!meet(record))
                    {
                        snapshot.Changed.Add(record);
                    }
                }
            }
            else if (kind == PathKind.StoreKey)
            {
                storeKeys.Remove(path);
                refusal = context.Keys.Check(path, entry);
            }

            if (refusal is not null)
            {
                snapshot.Refusals.Add(refusal);
            }
        }
    }
}
