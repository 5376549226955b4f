namespace Dkm.Storage;

using System;

/// <summary>A service's record, opened.</summary>
/// <param name="Path">Below the service's prefix, such as <c>groups/mail-workers</c>.</param>
/// <param name="Type">The service's own number for what the body is; 1 and up.</param>
/// <param name="Version">The number of the manifest that it was written with; the etag.</param>
/// <param name="MinReader">The lowest version of the software that may read it.</param>
/// <param name="MinWriter">The lowest version of the software that may write it.</param>
/// <param name="Body">The service's bytes; never changed after they were handed over.</param>
public sealed record Record(string Path, int Type, long Version, int MinReader, int MinWriter, ReadOnlyMemory<byte> Body);
