namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core.Backups;

/// <summary>A verified section beside what lies in the store. Both are in the order of their paths, so one walk compares them, whatever their size.</summary>
internal sealed class SectionContent(ServiceContext context, SectionSpool spool, Func<Record, byte[]?> rewrite)
{
    /// <summary>Walks through both.</summary>
    /// <param name="revision">The store's revision to compare with.</param>
    /// <param name="visit">Called for each entry of the section but the manifest, with what lies at its path.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Dkm.Core.DkmException">STORE_NOT_EMPTY: something lies there that is not of the section.</exception>
    public async Task CompareAsync(long revision, Func<ExpectedEntry, StoreEntry?, Task> visit, CancellationToken cancellationToken)
    {
        await using var found = new PageFeed(context, context.Paths.Prefix, revision).EntriesAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        var more = await found.MoveNextAsync();
        foreach (var expected in Entries())
        {
            for (; more && string.CompareOrdinal(context.Paths.Relative(found.Current.Path), expected.Path) < 0; more = await found.MoveNextAsync())
            {
                Refuse(found.Current);
            }

            if (more && context.Paths.Relative(found.Current.Path) == expected.Path)
            {
                await visit(expected, found.Current);
                more = await found.MoveNextAsync();
            }
            else
            {
                await visit(expected, null);
            }
        }

        for (; more; more = await found.MoveNextAsync())
        {
            Refuse(found.Current);
        }
    }

    public Dkm.Core.DkmException Foreign(string path) => StoreErrors.NotEmpty($"{context.Paths.Full(path)} lies there and is not of this restore");

    private IEnumerable<ExpectedEntry> Entries() => spool.Frames()
        .Where(frame => frame.Part == BackupPart.Entry)
        .Select(frame => SectionOutline.ReadEntry(context.Paths.Service, frame))
        .Where(entry => ServicePaths.Classify(entry.Path) != PathKind.Manifest)
        .Select(entry => Expect(entry.Path, entry.Value.Memory));

    private ExpectedEntry Expect(string path, ReadOnlyMemory<byte> value)
    {
        if (ServicePaths.Classify(path) != PathKind.Record)
        {
            return new ExpectedEntry(path, value, null, null);
        }

        var record = SectionCheck.Open(context, path, value);
        return new ExpectedEntry(path, value, record, rewrite(record.ToRecord()));
    }

    /// <summary>What belongs to a lease comes and goes by itself.</summary>
    private void Refuse(StoreEntry entry)
    {
        var path = context.Paths.Relative(entry.Path);
        if (ServicePaths.Classify(path) != PathKind.Leased)
        {
            throw Foreign(path);
        }
    }
}
