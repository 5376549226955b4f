namespace Dkm.Core.Envelopes;

using System;
using Dkm.Core.Secrets;

/// <summary>
/// One key used with one suite. Thread-safe; Seal and Open allocate nothing (Open of suite 1: while the nonce's first half is among those seen
/// last). Dispose it when the key is withdrawn; calls in flight end well, later ones throw.
/// </summary>
public sealed class EnvelopeCipher : IDisposable
{
    /// <param name="id">The key's id.</param>
    /// <param name="material">Its 32 bytes. A subkey is derived from them here; they are not kept.</param>
    /// <param name="suite">The construction.</param>
    /// <param name="time">For the age limit of held nonce prefixes; the system's by default.</param>
    public EnvelopeCipher(KeyId id, SecretBytes material, Suite suite, TimeProvider? time = null)
    {
        KeyId = id;
        Suite = suite;
    }

    /// <summary>The key.</summary>
    public KeyId KeyId { get; }

    /// <summary>The suite.</summary>
    public Suite Suite { get; }

    /// <summary>Makes an envelope and returns its length, which is <see cref="Envelope.Length"/>.</summary>
    /// <param name="plaintext">0 to <see cref="Envelope.MaximumPlaintext"/> bytes; does not overlap <paramref name="envelope"/>.</param>
    /// <param name="canonicalContext"><see cref="DkmContext.Canonical"/>.</param>
    /// <param name="envelope">At least as long as the envelope.</param>
    /// <exception cref="DkmException">INVALID_ARGUMENT: plaintext or context too long.</exception>
    public int Seal(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> canonicalContext, Span<byte> envelope) => throw new NotImplementedException();

    /// <summary>Opens an envelope of this key and suite and returns the plaintext's length.</summary>
    /// <param name="envelope">The whole of it. That its header names this key and suite is for the caller to see to.</param>
    /// <param name="canonicalContext">The context that it was made with.</param>
    /// <param name="plaintext">At least as long as the plaintext; all zero after a failure; does not overlap <paramref name="envelope"/>.</param>
    /// <exception cref="DkmException">
    /// INVALID_ARGUMENT that names <c>envelope</c>: malformed, unknown suite or flags, or CANNOT_OPEN for everything cryptographic.
    /// </exception>
    /// <exception cref="ArgumentException">The envelope is of another key or suite, or the destination too short.</exception>
    public int Open(ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> canonicalContext, Span<byte> plaintext) => throw new NotImplementedException();

    /// <summary>Forgets the subkey and what was derived from it.</summary>
    public void Dispose()
    {
    }
}
