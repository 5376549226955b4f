namespace Dkm.Storage;

using System.Collections.Generic;

/// <summary>Answer to a transaction.</summary>
/// <param name="Succeeded">Every compare held and all was written.</param>
/// <param name="Revision">The store's revision after it: that of the writes if there were any.</param>
/// <param name="Current">
/// If a compare failed: what lies at the path of each compare, in their order, at <paramref name="Revision"/>. Else empty.
/// </param>
public sealed record StoreCommit(bool Succeeded, long Revision, IReadOnlyList<StoreEntry?> Current);
