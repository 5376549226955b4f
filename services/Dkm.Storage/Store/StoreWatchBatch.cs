namespace Dkm.Storage;

using System.Collections.Generic;

/// <summary>All changes of one revision under the watched prefix. Without events it only says that nothing up to that revision was left out.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Events">In no particular order; each path once.</param>
public sealed record StoreWatchBatch(long Revision, IReadOnlyList<StoreEvent> Events);
