namespace Dkm.Storage;

using System.Collections.Generic;

/// <summary>What has changed from one verified state of the records to the next.</summary>
/// <param name="Reset">Forget everything: these are all the records.</param>
/// <param name="Version">The state that this leads to.</param>
/// <param name="Updated">Records made or written.</param>
/// <param name="Deleted">Paths of records that are gone.</param>
public sealed record ReplicaChange(bool Reset, ManifestVersion Version, IReadOnlyList<Record> Updated, IReadOnlyList<string> Deleted);
