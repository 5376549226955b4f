namespace Dkm.Core;

using System;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

/// <summary>The 128-bit id of a key: a UUIDv7. One id is one key for ever.</summary>
public readonly record struct KeyId : IComparable<KeyId>
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 16;

    private readonly UInt128 value;

    private KeyId(UInt128 value) => this.value = value;

    /// <summary>A fresh id whose first 48 bits are <paramref name="now"/> in milliseconds since 1970 (RFC 9562, version 7).</summary>
    public static KeyId Create(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[Size];
        KernelRandom.Fill(bytes);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, ((ulong)now.ToUnixTimeMilliseconds() << 16) | BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]));
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return Read(bytes);
    }

    /// <summary>Reads 16 bytes in network byte order.</summary>
    public static KeyId Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt128BigEndian(source));

    /// <summary>Reads the hyphenated lower-case form, the only one accepted.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out KeyId? id)
    {
        id = null;
        if (text is null || !Guid.TryParseExact(text, "D", out var guid) || !string.Equals(guid.ToString("D"), text, StringComparison.Ordinal))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[Size];
        guid.TryWriteBytes(bytes, bigEndian: true, out _);
        id = Read(bytes);
        return true;
    }

    public static bool operator <(KeyId left, KeyId right) => left.value < right.value;

    public static bool operator >(KeyId left, KeyId right) => left.value > right.value;

    public static bool operator <=(KeyId left, KeyId right) => left.value <= right.value;

    public static bool operator >=(KeyId left, KeyId right) => left.value >= right.value;

    /// <summary>Order of the 16 bytes; for ids made by <see cref="Create"/> that is the order of their milliseconds.</summary>
    public int CompareTo(KeyId other) => value.CompareTo(other.value);

    /// <summary>Writes 16 bytes in network byte order.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, value);

    public byte[] ToByteArray()
    {
        var bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        return new Guid(bytes, bigEndian: true).ToString("D", CultureInfo.InvariantCulture);
    }
}
