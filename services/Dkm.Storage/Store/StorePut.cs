namespace Dkm.Storage;

using System;

/// <summary>Writes bytes to a path.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Value">The bytes.</param>
/// <param name="LeaseId">The lease that the entry goes with from now on; 0 for none.</param>
public sealed record StorePut(string Path, ReadOnlyMemory<byte> Value, long LeaseId = 0);
