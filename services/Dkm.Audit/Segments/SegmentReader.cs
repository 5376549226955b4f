namespace Dkm.Audit;

using System;
using System.Buffers.Binary;

/// <summary>Reads a segment batch by batch, in large pieces, and judges each by itself: checksums and indexes, not the tree.</summary>
internal sealed class SegmentReader
{
    private const int Piece = 1 << 20;

    private readonly IAuditFile file;
    private readonly uint seed;
    private byte[] buffer = new byte[Piece];
    private long loaded;
    private int start;
    private int end;
    private int framesLength;

    public SegmentReader(IAuditFile file, SegmentHeader header)
    {
        this.file = file;
        seed = header.Seed;
        loaded = header.Length;
        Next = header.First;
    }

    /// <summary>The index of the record that comes next.</summary>
    public long Next { get; private set; }

    /// <summary>Where in the file the batch begins that comes next, or that is faulty.</summary>
    public long Position => loaded - (end - start);

    /// <summary>The index of the first record of the batch that was read.</summary>
    public long First { get; private set; }

    /// <summary>The frames of the batch that was read, all with good checksums; until the next is read.</summary>
    public ReadOnlySpan<byte> Frames => buffer.AsSpan(start - framesLength, framesLength);

    /// <summary>The record at fault, and what is wrong with it, after <see cref="BatchStatus.Faulty"/>.</summary>
    public (long Index, RecordFault Kind) Fault { get; private set; }

    /// <summary>The prefixed body of the first of these frames: the leaf's input is all of it, the record all but its first byte.</summary>
    public static ReadOnlySpan<byte> TakeFrame(ref ReadOnlySpan<byte> frames)
    {
        var length = BatchFormat.FrameLength + BinaryPrimitives.ReadInt32BigEndian(frames);
        var prefixed = frames[BatchFormat.FrameLength..length];
        frames = frames[length..];
        return prefixed;
    }

    public BatchStatus Read()
    {
        framesLength = 0;
        if (!Ensure(BatchFormat.HeaderLength))
        {
            return end == start ? BatchStatus.End : BatchStatus.CutOff;
        }

        if (!BatchFormat.TryReadHeader(buffer.AsSpan(start), seed, out var first, out var count, out var length))
        {
            return Faulty(Next, RecordFault.Changed);
        }

        if (first != Next)
        {
            return Faulty(Next, first > Next ? RecordFault.Missing : RecordFault.Reordered);
        }

        if (!Ensure(BatchFormat.HeaderLength + length))
        {
            return BatchStatus.CutOff;
        }

        return Check(buffer.AsSpan(start + BatchFormat.HeaderLength, length), count) ? Take(count, length) : BatchStatus.Faulty;
    }

    private BatchStatus Take(int count, int length)
    {
        start += BatchFormat.HeaderLength + length;
        framesLength = length;
        First = Next;
        Next += count;
        return BatchStatus.Whole;
    }

    private bool Check(ReadOnlySpan<byte> frames, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var length = BatchFormat.Check(frames, seed);
            if (length == 0)
            {
                Faulty(Next + i, RecordFault.Changed);
                return false;
            }

            var index = RecordCodec.Index(frames[(BatchFormat.FrameLength + 1)..]);
            if (index != Next + i)
            {
                Faulty(Next + i, index >= Next + count ? RecordFault.Missing : RecordFault.Reordered);
                return false;
            }

            frames = frames[length..];
        }

        if (!frames.IsEmpty)
        {
            Faulty(Next + count - 1, RecordFault.Changed);
        }

        return frames.IsEmpty;
    }

    private BatchStatus Faulty(long index, RecordFault kind)
    {
        Fault = (index, kind);
        return BatchStatus.Faulty;
    }

    /// <summary>Has that many bytes from <see cref="start"/> on in the buffer, unless the file ends before.</summary>
    private bool Ensure(int count)
    {
        if (end - start >= count)
        {
            return true;
        }

        var rest = buffer.AsSpan(start, end - start);
        if (count > buffer.Length)
        {
            var larger = new byte[count + Piece];
            rest.CopyTo(larger);
            buffer = larger;
        }
        else
        {
            rest.CopyTo(buffer);
        }

        (start, end) = (0, rest.Length);
        var read = file.Read(buffer.AsSpan(end), loaded);
        loaded += read;
        end += read;
        return end - start >= count;
    }
}
