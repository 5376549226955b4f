namespace Dkm.Core.Envelopes;

using System;
using System.Security.Cryptography;
using Dkm.Core.Secrets;

/// <summary>
/// A key of C2SP XAES-256-GCM: from the first 12 bytes of a 24-byte nonce it derives an AES-256-GCM key (CMAC in counter mode, NIST SP 800-108r1),
/// for which the last 12 are the nonce.
/// </summary>
internal sealed class XaesKey : IDisposable
{
    public const int KeyLength = 32;
    public const int NonceLength = 24;
    public const int PrefixLength = 12;
    public const int TagLength = 16;
    private const int BlockLength = 16;

    // The key, then the CMAC subkey K1: kept, since it costs a block encryption and depends on the key alone.
    private readonly SecretBytes secret;

    private XaesKey(SecretBytes secret) => this.secret = secret;

    public static XaesKey From(SecretBytes key)
    {
        ArgumentNullException.ThrowIfNull(key);
        using var reader = key.Read();
        return From(reader.Span);
    }

    public static XaesKey From(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyLength)
        {
            throw new ArgumentException("an XAES-256-GCM key has 32 bytes", nameof(key));
        }

        return new XaesKey(SecretBytes.Create(KeyLength + BlockLength, key, static (destination, key) =>
        {
            key.CopyTo(destination);
            var block = destination[KeyLength..];
            block.Clear();
            using var aes = Aes.Create();
            aes.SetKey(key);
            aes.EncryptEcb(block, block, PaddingMode.None);
            Double(block);
        }));
    }

    /// <summary>The AES-256-GCM of a nonce prefix. It is for one thread at a time.</summary>
    public AesGcm Derive(ReadOnlySpan<byte> prefix)
    {
        Span<byte> derived = stackalloc byte[KeyLength];
        try
        {
            Derive(prefix, derived);
            return new AesGcm(derived, TagLength);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>
    /// The AES-256-GCM keys of many nonce prefixes that stand one behind the other: of what each costs by itself, nearly all is making the cipher ready. The caller zeroes them.
    /// </summary>
    public void Derive(ReadOnlySpan<byte> prefixes, Span<byte> keys)
    {
        using var reader = secret.Read();
        for (var i = 0; i < prefixes.Length / PrefixLength; i++)
        {
            var prefix = prefixes.Slice(i * PrefixLength, PrefixLength);
            var key = keys.Slice(i * KeyLength, KeyLength);
            Prepare(key[..BlockLength], 1, prefix, reader.Span[KeyLength..]);
            Prepare(key[BlockLength..], 2, prefix, reader.Span[KeyLength..]);
        }

        using var aes = Aes.Create();
        aes.SetKey(reader.Span[..KeyLength]);
        aes.EncryptEcb(keys, keys, PaddingMode.None);
    }

    public void Dispose() => secret.Dispose();

    // M = counter (16 bits) ‖ 'X' ‖ 0 ‖ prefix, XORed with K1: one whole block, so the CMAC is one encryption.
    private static void Prepare(Span<byte> block, byte counter, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> k1)
    {
        block[0] = 0;
        block[1] = counter;
        block[2] = (byte)'X';
        block[3] = 0;
        prefix.CopyTo(block[4..]);
        for (var i = 0; i < BlockLength; i++)
        {
            block[i] ^= k1[i];
        }
    }

    // Doubling in GF(2^128) as of NIST SP 800-38B, without a branch on the key.
    private static void Double(Span<byte> block)
    {
        var carry = 0;
        for (var i = BlockLength - 1; i >= 0; i--)
        {
            var value = block[i];
            block[i] = (byte)((value << 1) | carry);
            carry = value >> 7;
        }

        block[BlockLength - 1] ^= (byte)(0x87 & -carry);
    }
}
