namespace Dkm.Audit;

using System;

/// <summary>Where and how a log is kept.</summary>
public sealed record AuditLogOptions
{
    public const long DefaultSegmentSize = 32L << 20;

    /// <summary>The audit volume: this log's alone.</summary>
    public required string Directory { get; init; }

    /// <summary>For the mark of what was committed; not on the audit volume.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>A segment that has this many bytes is closed. A start reads one segment.</summary>
    public long SegmentSize { get; init; } = DefaultSegmentSize;

    /// <summary>A write that takes longer refuses all who wait for it, and all who come, until it is done.</summary>
    public TimeSpan CommitLimit { get; init; } = TimeSpan.FromSeconds(5);
}
