namespace Dkm.Audit;

using System;
using System.Buffers.Binary;

/// <summary>32 bytes: a node of the tree, or a digest that a record carries. No array, so that a tree of them costs the collector nothing.</summary>
public readonly record struct AuditHash
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 32;

    private readonly UInt128 high;
    private readonly UInt128 low;

    private AuditHash(UInt128 high, UInt128 low)
    {
        this.high = high;
        this.low = low;
    }

    /// <summary>Reads 32 bytes.</summary>
    public static AuditHash Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(source), BinaryPrimitives.ReadUInt128BigEndian(source[16..]));

    /// <summary>Reads standard Base64 of 32 bytes (44 characters), the only form accepted.</summary>
    public static bool TryParseBase64(ReadOnlySpan<char> text, out AuditHash hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        Span<char> again = stackalloc char[44];
        hash = default;
        if (text.Length != again.Length || !Convert.TryFromBase64Chars(text, bytes, out var written) || written != Size)
        {
            return false;
        }

        // The last character has bits to spare, and white space is let in: only what we would write ourselves is the hash.
        if (!Convert.TryToBase64Chars(bytes, again, out _) || !again.SequenceEqual(text))
        {
            return false;
        }

        hash = Read(bytes);
        return true;
    }

    /// <summary>Writes 32 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, high);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], low);
    }

    public byte[] ToByteArray()
    {
        var bytes = new byte[Size];
        Write(bytes);
        return bytes;
    }

    public string ToBase64() => Convert.ToBase64String(ToByteArray());

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToByteArray());
}
