namespace Dkm.Storage;

using System;
using System.Buffers.Binary;
using Dkm.Core;

/// <summary>
/// What stands in clear before every sealed value, all of it authenticated:
/// <c>"DKR" 01 ‖ type:2 ‖ min_reader:2 ‖ min_writer:2 ‖ record version:8 ‖ store key id:16</c>, big-endian.
/// </summary>
internal readonly record struct RecordHeader(int Type, int MinReader, int MinWriter, long Version, KeyId StoreKey)
{
    public const int Size = 34;

    /// <summary>The manifest's type; services count from 1.</summary>
    public const int ManifestType = 0;

    private static ReadOnlySpan<byte> Magic => "DKR\u0001"u8;

    public static bool TryRead(ReadOnlySpan<byte> value, out RecordHeader header)
    {
        header = default;
        if (value.Length < Size || !value.StartsWith(Magic) || value[10] > 0x7F)
        {
            return false;
        }

        header = new RecordHeader(
            BinaryPrimitives.ReadUInt16BigEndian(value[4..]),
            BinaryPrimitives.ReadUInt16BigEndian(value[6..]),
            BinaryPrimitives.ReadUInt16BigEndian(value[8..]),
            BinaryPrimitives.ReadInt64BigEndian(value[10..]),
            KeyId.Read(value.Slice(18, KeyId.Size)));
        return true;
    }

    public void Write(Span<byte> destination)
    {
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt16BigEndian(destination[4..], (ushort)Type);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], (ushort)MinReader);
        BinaryPrimitives.WriteUInt16BigEndian(destination[8..], (ushort)MinWriter);
        BinaryPrimitives.WriteInt64BigEndian(destination[10..], Version);
        StoreKey.Write(destination.Slice(18, KeyId.Size));
    }
}
