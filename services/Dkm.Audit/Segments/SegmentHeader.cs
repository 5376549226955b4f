namespace Dkm.Audit;

using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;

/// <summary>
/// The start of a segment: <c>"DKMAUDIT" ‖ version:4 ‖ length:4 ‖ first:8 ‖ log id:16 ‖ salt:16 ‖ open intents:4</c>, the peaks of the tree before it
/// (32 each), the open intents (24 each), <c>crc:4</c>. With it a segment can be read, and its tree gone on with, when the segments before are elsewhere.
/// </summary>
/// <param name="First">The index of its first record.</param>
/// <param name="Log">Whose it is.</param>
/// <param name="Salt">Random: the checksums in this segment begin with it, so that bytes of another segment pass for nothing here.</param>
/// <param name="Peaks">The tree of the records before; see <see cref="CompactRange.Of"/>.</param>
/// <param name="Open">Changes announced before, and not ended.</param>
internal sealed record SegmentHeader(long First, LogId Log, UInt128 Salt, IReadOnlyList<AuditHash> Peaks, IReadOnlyList<OpenIntent> Open)
{
    /// <summary>No header is longer.</summary>
    public const int MaximumLength = 1 << 20;

    /// <summary>More open intents than fit are a fault elsewhere: changes are few at a time.</summary>
    public const int MaximumOpen = 10_000;

    private const int Version = 1;
    private const int FixedLength = 60;
    private const int IntentLength = 24;
    private const int CrcLength = 4;

    private static ReadOnlySpan<byte> Magic => "DKMAUDIT"u8;

    public int Length => FixedLength + (Peaks.Count * AuditHash.Size) + (Open.Count * IntentLength) + CrcLength;

    /// <summary>What the checksums of its batches and records begin with.</summary>
    public uint Seed
    {
        get
        {
            Span<byte> salt = stackalloc byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(salt, Salt);
            return Crc.Of(0, salt);
        }
    }

    public byte[] Write()
    {
        var bytes = new byte[Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(12), Length);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(16), First);
        Log.Write(bytes.AsSpan(24));
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(40), Salt);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(56), Open.Count);
        var rest = bytes.AsSpan(FixedLength);
        foreach (var peak in Peaks)
        {
            peak.Write(rest);
            rest = rest[AuditHash.Size..];
        }

        foreach (var intent in Open)
        {
            BinaryPrimitives.WriteUInt128BigEndian(rest, intent.Operation);
            BinaryPrimitives.WriteInt64BigEndian(rest[16..], intent.Index);
            rest = rest[IntentLength..];
        }

        BinaryPrimitives.WriteUInt32BigEndian(rest, Crc.Of(0, bytes.AsSpan(0, Length - CrcLength)));
        return bytes;
    }

    public static bool TryRead(IAuditFile file, [NotNullWhen(true)] out SegmentHeader? header)
    {
        header = null;
        var start = new byte[FixedLength];
        if (file.Read(start, 0) != FixedLength || !start.AsSpan(0, 8).SequenceEqual(Magic) || BinaryPrimitives.ReadInt32BigEndian(start.AsSpan(8)) != Version)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(start.AsSpan(12));
        var first = BinaryPrimitives.ReadInt64BigEndian(start.AsSpan(16));
        var open = BinaryPrimitives.ReadInt32BigEndian(start.AsSpan(56));
        var peaks = BitOperations.PopCount((ulong)first);
        if (first < 0 || open is < 0 or > MaximumOpen || length != FixedLength + (peaks * AuditHash.Size) + (open * IntentLength) + CrcLength)
        {
            return false;
        }

        var bytes = new byte[length];
        if (file.Read(bytes, 0) != length || BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(length - CrcLength)) != Crc.Of(0, bytes.AsSpan(0, length - CrcLength)))
        {
            return false;
        }

        header = Parse(bytes, first, peaks, open);
        return true;
    }

    private static SegmentHeader Parse(byte[] bytes, long first, int peakCount, int openCount)
    {
        var peaks = new AuditHash[peakCount];
        var rest = bytes.AsSpan(FixedLength);
        for (var i = 0; i < peakCount; i++, rest = rest[AuditHash.Size..])
        {
            peaks[i] = AuditHash.Read(rest);
        }

        var open = new OpenIntent[openCount];
        for (var i = 0; i < openCount; i++, rest = rest[IntentLength..])
        {
            open[i] = new OpenIntent(BinaryPrimitives.ReadUInt128BigEndian(rest), BinaryPrimitives.ReadInt64BigEndian(rest[16..]));
        }

        return new SegmentHeader(first, LogId.Read(bytes.AsSpan(24)), BinaryPrimitives.ReadUInt128BigEndian(bytes.AsSpan(40)), peaks, open);
    }
}
