namespace Dkm.Storage;

using System;

/// <summary>What the replica says of itself; swapped as a whole.</summary>
internal sealed record ReplicaStatus(ManifestVersion Version, string? Trouble, DateTimeOffset ConfirmTime)
{
    /// <summary>Where the trouble was seen: a snapshot of before says nothing about it.</summary>
    public long TroubleRevision { get; init; }
}
