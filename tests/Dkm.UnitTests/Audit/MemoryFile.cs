namespace Dkm.UnitTests.Audit;

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;
using Dkm.Audit;

internal sealed class MemoryFile(MemoryFiles files, string path, byte[] content) : IAuditFile
{
    private readonly Lock gate = new();

    public List<byte> Seen { get; } = [.. content];

    public List<byte> Durable { get; private set; } = [.. content];

    public (long Offset, byte[] Bytes)? LastWrite { get; private set; }

    public int Flushed { get; private set; }

    public long Length
    {
        get
        {
            lock (gate)
            {
                return Seen.Count;
            }
        }
    }

    public int Read(Span<byte> destination, long offset)
    {
        lock (gate)
        {
            var rest = CollectionsMarshal.AsSpan(Seen)[(int)Math.Min(offset, Seen.Count)..];
            var count = Math.Min(rest.Length, destination.Length);
            rest[..count].CopyTo(destination);
            return count;
        }
    }

    public void Write(ReadOnlySpan<byte> source, long offset)
    {
        files.Writing?.Invoke(path);
        lock (gate)
        {
            // A write at which the machine stops may be there afterwards in any part.
            LastWrite = (offset, source.ToArray());
            files.Step();
            if (Seen.Count < offset + source.Length)
            {
                CollectionsMarshal.SetCount(Seen, (int)offset + source.Length);
            }

            source.CopyTo(CollectionsMarshal.AsSpan(Seen)[(int)offset..]);
        }
    }

    public void SetLength(long length)
    {
        lock (gate)
        {
            files.Step();
            CollectionsMarshal.SetCount(Seen, (int)length);
        }
    }

    public void Flush()
    {
        files.Flushing?.Invoke(path);
        lock (gate)
        {
            files.Step();
            Durable = [.. Seen];
            LastWrite = null;
            Flushed++;
        }
    }

    public void Dispose()
    {
    }
}
