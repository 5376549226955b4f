namespace Dkm.Audit;

using System.Collections.Generic;
using System.Linq;

/// <summary>Pure: when a segment is closed, and which may go.</summary>
public static class SegmentRule
{
    /// <summary>Whether the segment is large enough to be followed by another. One without records is never followed.</summary>
    public static bool Closes(long length, long limit, long records) => records > 0 && length >= limit;

    /// <summary>
    /// The segments that may be deleted here: closed ones that the sink has confirmed, the oldest first and without a gap, of which as many as asked for
    /// stay for those who list records.
    /// </summary>
    /// <param name="closed">First indexes of the closed segments, ascending.</param>
    /// <param name="confirmed">Those that the sink has whole and durable.</param>
    /// <param name="keep">How many closed segments stay.</param>
    public static IReadOnlyList<long> Deletable(IReadOnlyList<long> closed, IReadOnlySet<long> confirmed, int keep) =>
        closed.Take(int.Max(0, closed.Count - keep)).TakeWhile(confirmed.Contains).ToList();
}
