namespace Dkm.Storage;

using System;

/// <summary>What lies at a path.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Value">The bytes; never changed after they were handed over.</param>
/// <param name="CreateRevision">The revision that made the path after it last did not exist.</param>
/// <param name="ModRevision">The revision that wrote these bytes.</param>
/// <param name="LeaseId">The lease that the entry goes with; 0 for none.</param>
public sealed record StoreEntry(string Path, ReadOnlyMemory<byte> Value, long CreateRevision, long ModRevision, long LeaseId);
