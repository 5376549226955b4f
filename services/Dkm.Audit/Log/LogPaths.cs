namespace Dkm.Audit;

using System.IO;

/// <summary>Where a log's files lie.</summary>
/// <param name="Directory">The audit volume.</param>
/// <param name="StateDirectory">Another volume: the mark, and the key if nothing else is said.</param>
internal sealed record LogPaths(string Directory, string StateDirectory)
{
    public string Records => Path.Combine(Directory, "records");

    public string Tree => Path.Combine(Directory, "tree");

    public string Checkpoint => Path.Combine(Directory, "checkpoint");

    public string Mark => Path.Combine(StateDirectory, "audit.mark");

    public string Segment(long first) => Path.Combine(Records, SegmentNames.Of(first));
}
