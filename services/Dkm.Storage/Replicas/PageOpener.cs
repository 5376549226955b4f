namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Threading.Tasks;

/// <summary>Opens the records of a page and reckons their part of the sum. Nothing here knows what is held; so it may be done on several cores at once.</summary>
internal sealed class PageOpener
{
    private const int Share = 128;

    private readonly ServiceContext context;
    private readonly StoreKey? digestKey;
    private readonly ParallelOptions cores;

    /// <param name="context">The service's keys and paths.</param>
    /// <param name="digestKey">The manifest's; null if nothing can add up.</param>
    /// <param name="cores">How many to use.</param>
    public PageOpener(ServiceContext context, StoreKey? digestKey, int cores)
    {
        this.context = context;
        this.digestKey = digestKey;
        this.cores = new ParallelOptions { MaxDegreeOfParallelism = cores };
    }

    /// <returns>As many as there are entries, in their order.</returns>
    public OpenedEntry[] Open(IReadOnlyList<StoreEntry> entries)
    {
        var opened = new OpenedEntry[entries.Count];
        var shares = (entries.Count + Share - 1) / Share;
        if (cores.MaxDegreeOfParallelism == 1)
        {
            for (var share = 0; share < shares; share++)
            {
                Open(entries, share * Share, opened);
            }
        }
        else
        {
            Parallel.For(0, shares, cores, share => Open(entries, share * Share, opened));
        }

        return opened;
    }

    private void Open(IReadOnlyList<StoreEntry> entries, int start, OpenedEntry[] opened)
    {
        var count = Math.Min(Share, entries.Count - start);
        var sealedOnes = new (StoreEntry Entry, string Path)[count];
        var places = new int[count];
        var records = 0;
        for (var place = start; place < start + count; place++)
        {
            var path = context.Paths.Relative(entries[place].Path);
            opened[place] = new OpenedEntry(path, null, default, null);
            if (ServicePaths.Classify(path) == PathKind.Record)
            {
                sealedOnes[records] = (entries[place], path);
                places[records++] = place;
            }
        }

        context.Sealer.Open(context.Keys, sealedOnes.AsSpan(0, records), (i, record, refusal) =>
        {
            var digest = record is null || digestKey is null ? default : MultisetDigest.Of(digestKey, record.Path, record.Header.Version, record.Stamp);
            opened[places[i]] = new OpenedEntry(sealedOnes[i].Path, record, digest, refusal);
        });
    }
}
