namespace Dkm.Storage;

using System;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

/// <summary>
/// The sum, modulo 2²⁵⁶, of a keyed hash of every record; adding and taking away cost one hash each, whatever the number of records. Nobody
/// without the key can tell the hash of any record, and the sum itself lies sealed in the manifest, so there is nothing to solve a knapsack with.
/// </summary>
internal readonly record struct MultisetDigest(UInt128 High, UInt128 Low)
{
    public const int Size = 32;

    public static MultisetDigest operator +(MultisetDigest left, MultisetDigest right)
    {
        var low = unchecked(left.Low + right.Low);
        return new MultisetDigest(unchecked(left.High + right.High + (low < left.Low ? UInt128.One : UInt128.Zero)), low);
    }

    public static MultisetDigest operator -(MultisetDigest left, MultisetDigest right) =>
        new(unchecked(left.High - right.High - (left.Low < right.Low ? UInt128.One : UInt128.Zero)), unchecked(left.Low - right.Low));

    /// <summary>The hash of one record. The stamp is in it because the sealing of a writer who lost a race has path and version in common with the winner's.</summary>
    public static MultisetDigest Of(StoreKey key, string path, long version, ulong stamp)
    {
        Span<byte> data = stackalloc byte[16 + StoreLimits.MaximumPathLength];
        BinaryPrimitives.WriteInt64BigEndian(data, version);
        BinaryPrimitives.WriteUInt64BigEndian(data[8..], stamp);
        var length = 16 + Encoding.ASCII.GetBytes(path, data[16..]);
        Span<byte> hash = stackalloc byte[Size];
        using var reader = key.Digest.Read();
        HMACSHA256.HashData(reader.Span, data[..length], hash);
        return Read(hash);
    }

    public static MultisetDigest Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(source), BinaryPrimitives.ReadUInt128BigEndian(source[16..]));

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, High);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], Low);
    }
}
