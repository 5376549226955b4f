namespace Dkm.Core.Secrets;

using System;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

/// <summary>AES key wrap with padding (AES-KWP, RFC 5649, NIST SP 800-38F). Deterministic; it authenticates the key but nothing beside it.</summary>
public static class KeyWrap
{
    // A 64-bit integrity value, then the key padded to a multiple of 8; the shortest is one block.
    private const int Block = 8;
    private const int Shortest = 2 * Block;

    /// <summary>Wraps <paramref name="key"/> with a wrapping key of 16, 24 or 32 bytes; ours have 32.</summary>
    public static byte[] Wrap(SecretBytes wrappingKey, SecretBytes key)
    {
        ArgumentNullException.ThrowIfNull(wrappingKey);
        ArgumentNullException.ThrowIfNull(key);
        using var aes = Aes.Create();
        SetKey(aes, wrappingKey);
        var wrapped = new byte[((key.Length + Block - 1) / Block * Block) + Block];
        using var reader = key.Read();
        aes.EncryptKeyWrapPadded(reader.Span, wrapped);
        return wrapped;
    }

    /// <summary>Unwraps; false if it was wrapped by another key or was altered.</summary>
    public static bool TryUnwrap(SecretBytes wrappingKey, ReadOnlySpan<byte> wrapped, [NotNullWhen(true)] out SecretBytes? key)
    {
        ArgumentNullException.ThrowIfNull(wrappingKey);
        key = null;
        if (wrapped.Length < Shortest || wrapped.Length % Block != 0)
        {
            return false;
        }

        using var aes = Aes.Create();
        SetKey(aes, wrappingKey);

        // The true length is known only afterwards, and a secret's is fixed; so a copy that lives for a moment.
        Span<byte> clear = wrapped.Length <= 512 ? stackalloc byte[512] : new byte[wrapped.Length];
        try
        {
            var length = aes.DecryptKeyWrapPadded(wrapped, clear);
            key = SecretBytes.CopyFrom(clear[..length]);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }
    }

    private static void SetKey(Aes aes, SecretBytes key)
    {
        using var reader = key.Read();
        aes.SetKey(reader.Span);
    }
}
