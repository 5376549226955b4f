namespace Dkm.Storage;

using System;

/// <summary>What somebody's lease keeps alive.</summary>
/// <param name="Path">Below the service's prefix.</param>
/// <param name="Type">The service's own number for what the body is.</param>
/// <param name="Body">The bytes.</param>
public sealed record LeasedRecord(string Path, int Type, ReadOnlyMemory<byte> Body);
