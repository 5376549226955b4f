namespace Dkm.Core.Envelopes;

using System;
using System.Security.Cryptography;
using System.Text;
using Dkm.Core.Secrets;

/// <summary>
/// One key used with one suite. Thread-safe; Seal and Open allocate nothing (Open of suite 1: while the nonce's first half is among those opened
/// last). Dispose it when the key is withdrawn: a call in flight ends with the true key, later ones throw <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed class EnvelopeCipher : IDisposable
{
    /// <summary>Bytes of a key's material.</summary>
    public const int MaterialLength = 32;

    private const int SubkeyLength = 32;

    private readonly SuiteCipher cipher;
    private readonly byte[] start;
    private readonly int headerLength;
    private readonly int tagLength;

    /// <param name="id">The key's id.</param>
    /// <param name="material">Its 32 bytes. A subkey is derived from them here; they are not kept.</param>
    /// <param name="suite">The construction.</param>
    /// <param name="time">For the age limit of held nonce prefixes; the system's by default.</param>
    public EnvelopeCipher(KeyId id, SecretBytes material, Suite suite, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(material);
        KeyId = id;
        Suite = suite;
        headerLength = Envelope.HeaderLength(suite);
        tagLength = Envelope.TagLength(suite);
        start = Envelope.Start(suite, id);

        Span<byte> subkey = stackalloc byte[SubkeyLength];
        try
        {
            DeriveSubkey(material, suite, id, subkey);
            cipher = suite == Suite.Aegis256 ? new AegisCipher(subkey) : new XaesCipher(subkey, time ?? TimeProvider.System);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(subkey);
        }
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
    public int Seal(ReadOnlySpan<byte> plaintext, ReadOnlySpan<byte> canonicalContext, Span<byte> envelope)
    {
        if (plaintext.Length > Envelope.MaximumPlaintext)
        {
            throw DkmException.Invalid("plaintext", Reasons.TooLong, $"a plaintext is at most {Envelope.MaximumPlaintext} bytes");
        }

        CheckContext(canonicalContext);
        var length = headerLength + plaintext.Length + tagLength;
        if (envelope.Length < length || envelope.Overlaps(plaintext))
        {
            throw new ArgumentException("too short, or it overlaps the plaintext", nameof(envelope));
        }

        start.CopyTo(envelope);
        cipher.Seal(envelope[..headerLength], canonicalContext, plaintext, envelope[headerLength..length]);
        return length;
    }

    /// <summary>Opens an envelope of this key and suite and returns the plaintext's length.</summary>
    /// <param name="envelope">The whole of it. That its header names this key and suite is for the caller to see to.</param>
    /// <param name="canonicalContext">The context that it was made with.</param>
    /// <param name="plaintext">At least as long as the plaintext; all zero after a failure; does not overlap <paramref name="envelope"/>.</param>
    /// <exception cref="DkmException">
    /// INVALID_ARGUMENT that names <c>envelope</c>: malformed, unknown suite or flags, or CANNOT_OPEN for everything cryptographic.
    /// </exception>
    /// <exception cref="ArgumentException">The envelope is of another key or suite, or the destination too short.</exception>
    public int Open(ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> canonicalContext, Span<byte> plaintext)
    {
        var header = Envelope.ReadHeader(envelope);
        if (header.Suite != Suite || header.KeyId != KeyId)
        {
            throw new ArgumentException("an envelope of another key or suite", nameof(envelope));
        }

        CheckContext(canonicalContext);
        if (plaintext.Length < header.PlaintextLength || plaintext.Overlaps(envelope))
        {
            throw new ArgumentException("too short, or it overlaps the envelope", nameof(plaintext));
        }

        var clear = plaintext[..header.PlaintextLength];
        if (!cipher.TryOpen(envelope[..headerLength], canonicalContext, envelope[headerLength..], clear))
        {
            clear.Clear();
            throw DkmException.Invalid("envelope", Reasons.CannotOpen, "the envelope cannot be opened: it was altered, or it was made with another context");
        }

        return clear.Length;
    }

    /// <summary>Forgets the subkey and what was derived from it.</summary>
    public void Dispose() => cipher.Dispose();

    // A key is never used directly: a changed suite byte meets another key (SP 800-108, counter mode, HMAC-SHA-256).
    internal static void DeriveSubkey(SecretBytes material, Suite suite, KeyId id, Span<byte> subkey)
    {
        if (material.Length != MaterialLength)
        {
            throw new ArgumentException("a key has 32 bytes", nameof(material));
        }

        Span<byte> context = stackalloc byte[KeyId.Size];
        id.Write(context);
        var label = Encoding.ASCII.GetBytes($"dkm/v1/suite/{(byte)suite}");
        using var reader = material.Read();
        SP800108HmacCounterKdf.DeriveBytes(reader.Span, HashAlgorithmName.SHA256, label, context, subkey);
    }

    private static void CheckContext(ReadOnlySpan<byte> canonicalContext)
    {
        if (canonicalContext.Length > DkmContext.MaximumCanonicalLength)
        {
            throw DkmException.Invalid("context", Reasons.TooLong, $"a context is at most {DkmContext.MaximumCanonicalLength} bytes in its canonical form");
        }
    }
}
