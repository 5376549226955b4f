namespace Dkm.Core.Secrets;

using System;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Dkm.Core.Envelopes;

/// <summary>
/// Sealing of a record at rest: XAES-256-GCM with a fresh random 24-byte nonce. The form is nonce ‖ ciphertext ‖ 16-byte tag. Not an envelope: the
/// caller keeps the key's id beside it and puts into the associated data whatever the record must not be moved away from.
/// </summary>
public static class RecordSealing
{
    /// <summary>Bytes that a sealed record is longer than its plaintext.</summary>
    public const int Overhead = XaesKey.NonceLength + XaesKey.TagLength;

    /// <summary>Seals with a 256-bit key.</summary>
    public static byte[] Seal(SecretBytes key, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
        using var xaes = XaesKey.From(key);
        var record = new byte[checked(plaintext.Length + Overhead)];
        var nonce = record.AsSpan(0, XaesKey.NonceLength);
        KernelRandom.Fill(nonce);
        using var gcm = xaes.Derive(nonce[..XaesKey.PrefixLength]);
        gcm.Encrypt(
            nonce[XaesKey.PrefixLength..],
            plaintext,
            record.AsSpan(XaesKey.NonceLength, plaintext.Length),
            record.AsSpan(XaesKey.NonceLength + plaintext.Length),
            associatedData);
        return record;
    }

    /// <summary>Opens; false if key, associated data or bytes are not those of the sealing.</summary>
    public static bool TryOpen(
        SecretBytes key, ReadOnlySpan<byte> record, ReadOnlySpan<byte> associatedData, [NotNullWhen(true)] out byte[]? plaintext)
    {
        plaintext = null;
        if (record.Length < Overhead)
        {
            return false;
        }

        using var xaes = XaesKey.From(key);
        using var gcm = xaes.Derive(record[..XaesKey.PrefixLength]);
        var clear = new byte[record.Length - Overhead];
        try
        {
            gcm.Decrypt(
                record[XaesKey.PrefixLength..XaesKey.NonceLength],
                record[XaesKey.NonceLength..^XaesKey.TagLength],
                record[^XaesKey.TagLength..],
                clear,
                associatedData);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        plaintext = clear;
        return true;
    }
}
