namespace Dkm.Core.Envelopes;

using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Dkm.Core.Secrets;
using NSec.Cryptography;

/// <summary>
/// Suite 3, by the libsodium that NSec brings and sets up. Not through NSec's own key type: that puts each key into guarded pages of its own, which
/// takes 170 µs and four memory maps, and a process has 65,530 of these; ours lies in <see cref="SecretBytes"/> like every other secret.
/// </summary>
internal sealed unsafe partial class AegisCipher : SuiteCipher
{
    public const int KeyLength = 32;
    public const int NonceLength = 32;
    public const int TagLength = 32;

    private readonly SecretBytes key;

    public AegisCipher(ReadOnlySpan<byte> key)
    {
        // Making the algorithm is what has NSec check libsodium's version and lets libsodium find the processor's AES instructions.
        if (AeadAlgorithm.Aegis256.KeySize != KeyLength || key.Length != KeyLength)
        {
            throw new ArgumentException("an AEGIS-256 key has 32 bytes", nameof(key));
        }

        this.key = SecretBytes.CopyFrom(key);
    }

    [SkipLocalsInit]
    public override void Seal(Span<byte> header, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, Span<byte> body)
    {
        var nonce = header[^NonceLength..];
        KernelRandom.Fill(nonce);
        if (context.IsEmpty)
        {
            Encrypt(nonce, header, plaintext, body);
            return;
        }

        Span<byte> associatedData = stackalloc byte[header.Length + context.Length];
        Join(header, context, associatedData);
        Encrypt(nonce, associatedData, plaintext, body);
    }

    [SkipLocalsInit]
    public override bool TryOpen(ReadOnlySpan<byte> header, ReadOnlySpan<byte> context, ReadOnlySpan<byte> body, Span<byte> plaintext)
    {
        var nonce = header[^NonceLength..];
        if (context.IsEmpty)
        {
            return TryDecrypt(nonce, header, body, plaintext);
        }

        Span<byte> associatedData = stackalloc byte[header.Length + context.Length];
        Join(header, context, associatedData);
        return TryDecrypt(nonce, associatedData, body, plaintext);
    }

    public override void Dispose() => key.Dispose();

    internal void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> plaintext, Span<byte> body)
    {
        // The native side trusts its lengths.
        if (nonce.Length != NonceLength || body.Length != plaintext.Length + TagLength)
        {
            throw new ArgumentException("wrong lengths", nameof(body));
        }

        using var secret = key.Read();
        fixed (byte* k = secret.Span, n = nonce, a = associatedData, m = plaintext, c = body)
        {
            if (EncryptNative(c, null, m, (ulong)plaintext.Length, a, (ulong)associatedData.Length, null, n, k) != 0)
            {
                throw new CryptographicException("AEGIS-256 failed");
            }
        }
    }

    internal bool TryDecrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> body, Span<byte> plaintext)
    {
        if (nonce.Length != NonceLength || body.Length != plaintext.Length + TagLength)
        {
            throw new ArgumentException("wrong lengths", nameof(body));
        }

        using var secret = key.Read();
        fixed (byte* k = secret.Span, n = nonce, a = associatedData, m = plaintext, c = body)
        {
            return DecryptNative(m, null, null, c, (ulong)body.Length, a, (ulong)associatedData.Length, n, k) == 0;
        }
    }

    [LibraryImport("libsodium", EntryPoint = "crypto_aead_aegis256_encrypt")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int EncryptNative(
        byte* body, ulong* bodyLength, byte* plaintext, ulong plaintextLength, byte* data, ulong dataLength, byte* none, byte* nonce, byte* key);

    [LibraryImport("libsodium", EntryPoint = "crypto_aead_aegis256_decrypt")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int DecryptNative(
        byte* plaintext, ulong* plaintextLength, byte* none, byte* body, ulong bodyLength, byte* data, ulong dataLength, byte* nonce, byte* key);
}
