namespace Dkm.Storage;

using System;

/// <summary>What the replica says of itself; swapped as a whole.</summary>
internal sealed record ReplicaStatus(ManifestVersion Version, string? Trouble, DateTimeOffset ConfirmTime);
