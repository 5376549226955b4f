namespace Dkm.Audit;

using System;
using System.Buffers.Binary;
using System.Security.Cryptography;

/// <summary>Which log: the first 16 bytes of SHA-256 over its public key, so that nobody can register another key under its name.</summary>
public readonly record struct LogId
{
    /// <summary>Size in bytes.</summary>
    public const int Size = 16;

    private readonly UInt128 value;

    private LogId(UInt128 value) => this.value = value;

    public static LogId Of(ReadOnlySpan<byte> publicKey) => Read(SHA256.HashData(publicKey));

    public static LogId Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt128BigEndian(source));

    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, value);

    /// <summary>32 digits of lower-case hexadecimal.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
