namespace Dkm.Storage;

using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;

/// <summary>All that lies under a prefix at one revision, page by page.</summary>
internal static class StorePages
{
    public static async IAsyncEnumerable<StoreEntry> ReadAsync(
        ServiceContext context, string prefix, long revision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (string? last = null; ;)
        {
            var page = await context.Store.RangeAsync(prefix, last, context.Options.PageSize, revision, cancellationToken);
            foreach (var entry in page.Entries)
            {
                yield return entry;
            }

            if (!page.More)
            {
                yield break;
            }

            last = page.Entries[^1].Path;
        }
    }
}
