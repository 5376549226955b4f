namespace Dkm.Core.Secrets;

using System;
using System.Diagnostics.CodeAnalysis;

/// <summary>
/// Sealing of a record at rest: XAES-256-GCM with a fresh random 24-byte nonce. The form is nonce ‖ ciphertext ‖ 16-byte tag. Not an envelope: the
/// caller keeps the key's id beside it and puts into the associated data whatever the record must not be moved away from.
/// </summary>
public static class RecordSealing
{
    /// <summary>Bytes that a sealed record is longer than its plaintext.</summary>
    public const int Overhead = 24 + 16;

    /// <summary>Seals with a 256-bit key.</summary>
    public static byte[] Seal(SecretBytes key, ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> associatedData) => throw new NotImplementedException();

    /// <summary>Opens; false if key, associated data or bytes are not those of the sealing.</summary>
    public static bool TryOpen(
        SecretBytes key, ReadOnlySpan<byte> record, ReadOnlySpan<byte> associatedData, [NotNullWhen(true)] out byte[]? plaintext) =>
        throw new NotImplementedException();
}
