namespace Dkm.Core.Secrets;

using System;
using System.Diagnostics.CodeAnalysis;

/// <summary>AES key wrap with padding (AES-KWP, RFC 5649, NIST SP 800-38F). Deterministic; it authenticates the key but nothing beside it.</summary>
public static class KeyWrap
{
    /// <summary>Wraps <paramref name="key"/> (1 byte and up) with a 256-bit wrapping key.</summary>
    public static byte[] Wrap(SecretBytes wrappingKey, SecretBytes key) => throw new NotImplementedException();

    /// <summary>Unwraps; false if it was wrapped by another key or was altered.</summary>
    public static bool TryUnwrap(SecretBytes wrappingKey, ReadOnlySpan<byte> wrapped, [NotNullWhen(true)] out SecretBytes? key) =>
        throw new NotImplementedException();
}
