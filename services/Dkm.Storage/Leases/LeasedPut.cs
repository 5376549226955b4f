namespace Dkm.Storage;

using System;

/// <summary>What to write under a lease.</summary>
/// <param name="Path">Below the service's prefix, in a folder of leased things, ending with the owner.</param>
/// <param name="Type">The service's own number for what the body is.</param>
/// <param name="Body">The bytes.</param>
public sealed record LeasedPut(string Path, int Type, ReadOnlyMemory<byte> Body);
