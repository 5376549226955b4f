namespace Dkm.Storage;

using System.Collections.Generic;

/// <summary>One page of a range.</summary>
/// <param name="Entries">In the order of their paths' bytes.</param>
/// <param name="Revision">The revision at which that is so; ask for the next page at this one.</param>
/// <param name="More">There are more behind the last of these.</param>
public sealed record StorePage(IReadOnlyList<StoreEntry> Entries, long Revision, bool More);
