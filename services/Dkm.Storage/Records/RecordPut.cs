namespace Dkm.Storage;

using System;

internal sealed record RecordPut(string Path, int Type, ReadOnlyMemory<byte> Body, long ExpectedVersion, int MinReader, int MinWriter);
