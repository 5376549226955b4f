namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

/// <summary>
/// Who did it, when records do not add up and nothing that is held tells which: a writer of ours never touches a record without the manifest, so what
/// the store's history shows to have been touched alone is named. A help for the operator, not a proof; the refusal stands either way.
/// </summary>
internal sealed class HistoryInquiry
{
    // Against a history that does not reach the end; the answer is only worth a short wait.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    private readonly ServiceContext context;
    private readonly Dictionary<string, long> versions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Refusal> suspects = new(StringComparer.Ordinal);

    private ManifestVersion? newest;

    private HistoryInquiry(ServiceContext context) => this.context = context;

    public static async Task<IReadOnlyCollection<Refusal>> AskAsync(ServiceContext context, long revision, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        var inquiry = new HistoryInquiry(context);
        try
        {
            await inquiry.ReadAsync(1, revision, limit.Token);
        }
        catch (StoreCompactedException e)
        {
            await inquiry.ReadToleratingAsync(e.CompactRevision + 1, revision, limit.Token, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What was found by now is the answer.
        }

        return inquiry.suspects.Values;
    }

    private async Task ReadToleratingAsync(long from, long to, CancellationToken limit, CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(from, to, limit);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // As above.
        }
        catch (StoreCompactedException)
        {
            // The history is being cut away faster than it is read: no answer.
        }
    }

    private async Task ReadAsync(long from, long to, CancellationToken cancellationToken)
    {
        if (from > to)
        {
            return;
        }

        await foreach (var batch in context.Store.WatchAsync(context.Paths.Prefix, from, cancellationToken))
        {
            await context.Keys.EnsureAsync(Entries(batch), cancellationToken);
            Note(batch);
            if (batch.Revision >= to)
            {
                return;
            }
        }
    }

    private void Note(StoreWatchBatch batch)
    {
        var opened = OpenedBatch.Open(context, batch);
        if (opened.Manifest is not null)
        {
            Note(opened.Manifest, batch.Revision);
        }

        foreach (var put in opened.Puts)
        {
            Note(put.Path, opened, put.Header.Version);
        }

        foreach (var path in opened.Deletes)
        {
            Note(path, opened, 0);
        }
    }

    private void Note(string path, OpenedBatch batch, long version)
    {
        if (batch.Manifest is { } manifest && (version == 0 || version == manifest.Version.Number))
        {
            versions[path] = version;
            suspects.Remove(path);
            return;
        }

        if (batch.Manifest is { Version.Number: var written })
        {
            // A change takes its version from the manifest beside it, so these bytes were put over the ones written then.
            suspects[path] = new Refusal(path, Describe(written), $"{Describe(version)} (put in its place at revision {batch.Revision})");
            return;
        }

        var expected = versions.TryGetValue(path, out var known) ? Describe(known) : null;
        suspects[path] = new Refusal(path, expected, $"{Describe(version)} (changed without the manifest at revision {batch.Revision})");
    }

    /// <summary>A manifest that is not newer than the one before it was put back.</summary>
    private void Note(Manifest manifest, long revision)
    {
        if (newest is { } before && manifest.Version <= before)
        {
            suspects["manifest"] = new Refusal("manifest", $"a version after {before}", $"version {manifest.Version} (put back at revision {revision})");
        }
        else
        {
            newest = manifest.Version;
        }
    }

    private static string Describe(long version) => version == 0 ? "nothing" : $"version {version}";

    public static IEnumerable<StoreEntry> Entries(StoreWatchBatch batch)
    {
        foreach (var change in batch.Events)
        {
            if (change.Entry is not null)
            {
                yield return change.Entry;
            }
        }
    }
}
