namespace Dkm.Client.KeySets;

using System;
using Dkm.Core.Envelopes;

/// <summary>Makes envelopes with the key that was primary when it was handed out. Use it at once; many envelopes in a row are fine.</summary>
public readonly struct RingSealer
{
    private readonly HeldKey key;
    private readonly EnvelopeCipher cipher;

    internal RingSealer(HeldKey key, EnvelopeCipher cipher)
    {
        this.key = key;
        this.cipher = cipher;
    }

    /// <summary>The key.</summary>
    public HeldKey Key => key;

    /// <summary>The envelope's length around so much plaintext.</summary>
    public int Length(int plaintextLength) => Envelope.Length(cipher.Suite, plaintextLength);

    /// <summary>Makes an envelope and returns its length.</summary>
    /// <exception cref="ObjectDisposedException">The key was withdrawn meanwhile; ask the ring again.</exception>
    public int Seal(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> canonicalContext, Span<byte> envelope) =>
        cipher.Seal(plaintext, canonicalContext, envelope);
}
