namespace Dkm.Storage;

/// <summary>What was held when a linearizable read began; the read may not show anything older.</summary>
internal readonly record struct ReplicaMark(ManifestVersion Version, long ManifestRevision);
