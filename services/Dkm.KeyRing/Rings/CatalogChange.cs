namespace Dkm.KeyRing.Rings;

using System.Collections.Generic;

/// <summary>What a change of the records means for the rings.</summary>
/// <param name="Reset">Everything may have changed, and rings may be gone.</param>
/// <param name="Rings">The rings that changed, as they are now.</param>
internal sealed record CatalogChange(bool Reset, IReadOnlyList<RingView> Rings);
