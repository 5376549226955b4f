namespace Dkm.Audit;

using System;
using System.Buffers.Binary;

/// <summary>
/// What one commit writes: <c>"DKMB" ‖ first:8 ‖ count:4 ‖ length:4 ‖ crc:4</c>, then its records, each <c>length:4 ‖ crc:4 ‖ 0x00 ‖ body</c>. The length of a
/// record counts the 0x00, which is the leaf prefix of RFC 6962: what is hashed lies in one piece. Both checksums begin with the segment's salt.
/// </summary>
internal static class BatchFormat
{
    public const int HeaderLength = 24;
    public const int FrameLength = 8;

    /// <summary>No batch is larger, its header not counted.</summary>
    public const int MaximumLength = 4 << 20;

    /// <summary>No record takes more of a batch.</summary>
    public const int MaximumFrame = FrameLength + 1 + RecordCodec.MaximumSize;

    private const int CrcOffset = 20;

    public static ReadOnlySpan<byte> Magic => "DKMB"u8;

    public static void WriteHeader(Span<byte> destination, uint seed, long first, int count, int length)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteInt64BigEndian(destination[4..], first);
        BinaryPrimitives.WriteInt32BigEndian(destination[12..], count);
        BinaryPrimitives.WriteInt32BigEndian(destination[16..], length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[CrcOffset..], Crc.Of(seed, destination[..CrcOffset]));
    }

    public static bool TryReadHeader(ReadOnlySpan<byte> source, uint seed, out long first, out int count, out int length)
    {
        first = BinaryPrimitives.ReadInt64BigEndian(source[4..]);
        count = BinaryPrimitives.ReadInt32BigEndian(source[12..]);
        length = BinaryPrimitives.ReadInt32BigEndian(source[16..]);
        return source.StartsWith(Magic)
            && BinaryPrimitives.ReadUInt32BigEndian(source[CrcOffset..]) == Crc.Of(seed, source[..CrcOffset])
            && count > 0 && length is > 0 and <= MaximumLength && first >= 0;
    }

    /// <summary>Frames a body that was written at <see cref="FrameLength"/> + 1 already; the checksum is set by <see cref="Seal"/>.</summary>
    /// <returns>The length of the frame.</returns>
    public static int Frame(Span<byte> destination, int bodyLength)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination, 1 + bodyLength);
        destination[FrameLength] = MerkleHashing.LeafPrefix;
        return FrameLength + 1 + bodyLength;
    }

    /// <summary>Sets the checksum of the frame at the start of this span.</summary>
    /// <returns>The length of the frame.</returns>
    public static int Seal(Span<byte> frames, uint seed)
    {
        var length = FrameLength + BinaryPrimitives.ReadInt32BigEndian(frames);
        BinaryPrimitives.WriteUInt32BigEndian(frames[4..], Crc.Of(seed, frames[FrameLength..length]));
        return length;
    }

    /// <summary>The length of the frame at the start of this span; 0 if there is no whole one with a good checksum.</summary>
    public static int Check(ReadOnlySpan<byte> frames, uint seed)
    {
        if (frames.Length < FrameLength + 1 + RecordCodec.FixedSize)
        {
            return 0;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(frames);
        return length >= 1 + RecordCodec.FixedSize && length <= frames.Length - FrameLength && length <= 1 + RecordCodec.MaximumSize
            && frames[FrameLength] == MerkleHashing.LeafPrefix
            && BinaryPrimitives.ReadUInt32BigEndian(frames[4..]) == Crc.Of(seed, frames.Slice(FrameLength, length))
            ? FrameLength + length
            : 0;
    }
}
