namespace Dkm.Storage;

using System;

/// <summary>How the embedded store behaves.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>The database file; its directory must exist. It is made with mode 0600.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes that the file may grow to; over it writes are refused.</summary>
    public long MaximumBytes { get; init; } = 16L * 1024 * 1024 * 1024;

    /// <summary>Revisions of history kept for reads and watches; older ones are compacted now and then.</summary>
    public long KeptRevisions { get; init; } = 10_000;

    /// <summary>How long opening waits for another process that is about to let go of the file.</summary>
    public TimeSpan OpenWait { get; init; } = TimeSpan.FromSeconds(2);
}
