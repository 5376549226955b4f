namespace Dkm.Audit;

using System;
using System.Buffers.Binary;
using System.Numerics;

/// <summary>CRC-32C, by the processor. Against accidents only: against people there are the tree and its anchors.</summary>
internal static class Crc
{
    public static uint Of(uint seed, ReadOnlySpan<byte> bytes)
    {
        var crc = ~seed;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
