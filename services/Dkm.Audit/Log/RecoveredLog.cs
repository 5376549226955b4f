namespace Dkm.Audit;

using System.Collections.Generic;

/// <summary>A log as it was found and mended.</summary>
/// <param name="Tree">The tree of its records.</param>
/// <param name="Open">Changes that were announced and of which nothing more is known.</param>
/// <param name="Segments">The first indexes of its segments, ascending; none in a new log.</param>
/// <param name="Last">The last segment's header; null in a new log.</param>
/// <param name="Length">How much of the last segment is good.</param>
/// <param name="CutBytes">How many bytes of an unfinished write lie behind that.</param>
internal sealed record RecoveredLog(
    CompactRange Tree, IntentLedger Open, IReadOnlyList<long> Segments, SegmentHeader? Last, long Length, long CutBytes);
