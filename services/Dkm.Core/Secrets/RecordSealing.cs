namespace Dkm.Core.Secrets;

using System;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Dkm.Core.Envelopes;

/// <summary>
/// Sealing of records at rest: XAES-256-GCM with a fresh random 24-byte nonce. The form is nonce ‖ ciphertext ‖ 16-byte tag. Not an envelope: the
/// caller keeps the key's id beside it and puts into the associated data whatever the record must not be moved away from. Thread-safe.
/// </summary>
public sealed class RecordSealing : IDisposable
{
    /// <summary>Bytes that a sealed record is longer than its plaintext.</summary>
    public const int Overhead = XaesKey.NonceLength + XaesKey.TagLength;

    /// <summary>So many derived keys lie on the stack at once.</summary>
    private const int Batch = 64;

    private readonly XaesKey xaes;

    private RecordSealing(XaesKey xaes) => this.xaes = xaes;

    /// <summary>With a 256-bit key, which is copied.</summary>
    public static RecordSealing With(SecretBytes key) => new(XaesKey.From(key));

    /// <summary>Seals.</summary>
    public byte[] Seal(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData)
    {
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
    public bool TryOpen(ReadOnlySpan<byte> record, ReadOnlySpan<byte> associatedData, [NotNullWhen(true)] out byte[]? plaintext)
    {
        plaintext = null;
        if (record.Length < Overhead)
        {
            return false;
        }

        using var gcm = xaes.Derive(record[..XaesKey.PrefixLength]);
        plaintext = Open(gcm, record, associatedData);
        return plaintext is not null;
    }

    /// <summary>Opens many at once, for less than one after the other costs.</summary>
    /// <param name="records">As they were sealed.</param>
    /// <param name="plaintexts">Gets what each held; null for one that does not open.</param>
    public void Open(ReadOnlySpan<SealedRecord> records, Span<byte[]?> plaintexts)
    {
        Span<byte> prefixes = stackalloc byte[Batch * XaesKey.PrefixLength];
        Span<byte> keys = stackalloc byte[Batch * XaesKey.KeyLength];
        for (; records.Length > 0; plaintexts = plaintexts[Math.Min(Batch, records.Length)..], records = records[Math.Min(Batch, records.Length)..])
        {
            OpenBatch(records[..Math.Min(Batch, records.Length)], plaintexts, prefixes, keys);
        }
    }

    /// <summary>Zeroes the copy of the key.</summary>
    public void Dispose() => xaes.Dispose();

    private void OpenBatch(ReadOnlySpan<SealedRecord> records, Span<byte[]?> plaintexts, Span<byte> prefixes, Span<byte> keys)
    {
        prefixes = prefixes[..(records.Length * XaesKey.PrefixLength)];
        keys = keys[..(records.Length * XaesKey.KeyLength)];
        for (var i = 0; i < records.Length; i++)
        {
            // Of one that is too short a key is derived all the same, from whatever stands there; nobody uses it.
            var bytes = records[i].Bytes.Span;
            bytes[..Math.Min(bytes.Length, XaesKey.PrefixLength)].CopyTo(prefixes[(i * XaesKey.PrefixLength)..]);
        }

        try
        {
            xaes.Derive(prefixes, keys);
            for (var i = 0; i < records.Length; i++)
            {
                var (bytes, associatedData) = records[i];
                plaintexts[i] = bytes.Length < Overhead ? null : Open(keys.Slice(i * XaesKey.KeyLength, XaesKey.KeyLength), bytes.Span, associatedData.Span);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keys);
        }
    }

    private static byte[]? Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> record, ReadOnlySpan<byte> associatedData)
    {
        using var gcm = new AesGcm(key, XaesKey.TagLength);
        return Open(gcm, record, associatedData);
    }

    private static byte[]? Open(AesGcm gcm, ReadOnlySpan<byte> record, ReadOnlySpan<byte> associatedData)
    {
        var clear = new byte[record.Length - Overhead];
        try
        {
            gcm.Decrypt(
                record[XaesKey.PrefixLength..XaesKey.NonceLength],
                record[XaesKey.NonceLength..^XaesKey.TagLength],
                record[^XaesKey.TagLength..],
                clear,
                associatedData);
            return clear;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
