namespace Dkm.Core.Envelopes;

using System;
using System.Buffers.Binary;
using System.Security.Cryptography;

/// <summary>A derived key for opening, under the 12 nonce bytes that it was derived from.</summary>
internal readonly record struct OpenKey
{
    private readonly ulong first;
    private readonly uint last;

    public OpenKey(ReadOnlySpan<byte> nonce)
    {
        first = BinaryPrimitives.ReadUInt64LittleEndian(nonce);
        last = BinaryPrimitives.ReadUInt32LittleEndian(nonce[8..]);
    }

    public AesGcm? Gcm { get; init; }

    public bool HasPrefixOf(in OpenKey other) => first == other.first && last == other.last && Gcm is not null;
}
