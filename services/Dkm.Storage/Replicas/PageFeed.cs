namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

/// <summary>
/// All that lies under a prefix at one revision, page by page; the next is on its way while one is worked on. For each page etcd looks at the names of all the entries that are still to come, so of
/// many thousands the pages become larger, as far as a message of some megabytes reaches.
/// </summary>
internal sealed class PageFeed
{
    private const int PageBytes = 4 * 1024 * 1024;

    private readonly ServiceContext context;
    private readonly string prefix;
    private readonly long revision;
    private int size;

    public PageFeed(ServiceContext context, string prefix, long revision)
    {
        this.context = context;
        this.prefix = prefix;
        this.revision = revision;
        size = context.Options.PageSize;
    }

    public async IAsyncEnumerable<IReadOnlyList<StoreEntry>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var next = FetchAsync(null, cancellationToken);
        try
        {
            while (next is not null)
            {
                var page = await next;
                Grow(page.Entries);
                next = page.More ? FetchAsync(page.Entries[^1].Path, cancellationToken) : null;
                yield return page.Entries;
            }
        }
        finally
        {
            // Whoever stops in the middle does not leave a read behind that nobody hears of.
            await (next ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One by one.</summary>
    public async IAsyncEnumerable<StoreEntry> EntriesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in ReadAsync(cancellationToken))
        {
            foreach (var entry in page)
            {
                yield return entry;
            }
        }
    }

    private Task<StorePage> FetchAsync(string? last, CancellationToken cancellationToken) =>
        context.Store.RangeAsync(prefix, last, size, revision, cancellationToken);

    private void Grow(IReadOnlyList<StoreEntry> entries)
    {
        if (entries.Count > 0)
        {
            var each = entries.Sum(entry => (long)entry.Path.Length + entry.Value.Length) / entries.Count;
            size = (int)Math.Min(Math.Max(1, Math.Min(2L * size, PageBytes / Math.Max(each, 1))), StoreLimits.MaximumPageSize);
        }
    }
}
