namespace Dkm.Core.Envelopes;

using System;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

/// <summary>The envelope's form, as frozen in docs/ENVELOPE.md.</summary>
public static class Envelope
{
    /// <summary>Limit of a plaintext: 4 MiB − 64 KiB, so that request and reply fit every gRPC client's default.</summary>
    public const int MaximumPlaintext = 4_128_768;

    /// <summary>What the text form begins with.</summary>
    public const string TextPrefix = "dkm1.";

    private const int SuiteOffset = 4;
    private const int FlagsOffset = 5;
    private const int KeyIdOffset = 6;
    private const int StartLength = KeyIdOffset + KeyId.Size;

    private static ReadOnlySpan<byte> Magic => "DKM\u0001"u8;

    /// <summary>Reads what needs no key.</summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT that names <c>envelope</c>: MALFORMED, UNKNOWN_SUITE, UNKNOWN_FLAGS or SEGMENTED_NOT_SUPPORTED.</exception>
    public static EnvelopeHeader ReadHeader(ReadOnlySpan<byte> envelope)
    {
        if (envelope.Length < StartLength || !envelope.StartsWith(Magic))
        {
            throw Refuse(Reasons.Malformed, "not an envelope: it begins with 'DKM', 1, and is no shorter than its header");
        }

        var suite = (Suite)envelope[SuiteOffset];
        if (suite is not (Suite.Xaes256Gcm or Suite.Aegis256))
        {
            throw Refuse(Reasons.UnknownSuite, $"suite {(byte)suite} is not known to this version");
        }

        var flags = (EnvelopeFlags)envelope[FlagsOffset];
        if ((flags & ~EnvelopeFlags.Segmented) != 0)
        {
            throw Refuse(Reasons.UnknownFlags, $"flags 0x{(byte)flags:x2} are not known to this version");
        }

        if (flags == EnvelopeFlags.Segmented)
        {
            throw Refuse(Reasons.SegmentedNotSupported, "a segmented stream, which this version does not open");
        }

        var plaintextLength = envelope.Length - HeaderLength(suite) - TagLength(suite);
        if (plaintextLength is < 0 or > MaximumPlaintext)
        {
            throw Refuse(Reasons.Malformed, "too short for its suite, or longer than any plaintext makes it");
        }

        return new EnvelopeHeader(suite, flags, KeyId.Read(envelope[KeyIdOffset..]), HeaderLength(suite), plaintextLength);
    }

    /// <summary>The length of an envelope around so much plaintext.</summary>
    public static int Length(Suite suite, int plaintextLength) => HeaderLength(suite) + plaintextLength + TagLength(suite);

    /// <summary>The text form: <c>dkm1.</c> and unpadded base64url.</summary>
    public static string ToText(ReadOnlySpan<byte> envelope) => TextPrefix + Base64Url.EncodeToString(envelope);

    /// <summary>
    /// Reads the text form, the canonical spelling only: no padding, no white space, no stray bits in the last character. Says nothing about what is inside.
    /// </summary>
    public static bool TryParseText(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? envelope)
    {
        envelope = null;
        if (!text.StartsWith(TextPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        // Bits that carry nothing make the library's check fail; white space and padding pass it, but then the length is not that of the canonical text.
        var encoded = text[TextPrefix.Length..];
        if (encoded.IsEmpty || !Base64Url.IsValid(encoded, out var length) || encoded.Length != Base64Url.GetEncodedLength(length))
        {
            return false;
        }

        envelope = Base64Url.DecodeFromChars(encoded);
        return true;
    }

    internal static byte[] Start(Suite suite, KeyId id)
    {
        var start = new byte[StartLength];
        Magic.CopyTo(start);
        start[SuiteOffset] = (byte)suite;
        id.Write(start.AsSpan(KeyIdOffset));
        return start;
    }

    internal static int HeaderLength(Suite suite) => StartLength + suite switch
    {
        Suite.Xaes256Gcm => XaesKey.NonceLength,
        Suite.Aegis256 => AegisCipher.NonceLength,
        _ => throw new ArgumentOutOfRangeException(nameof(suite), suite, "not a suite of this version"),
    };

    internal static int TagLength(Suite suite) => suite == Suite.Aegis256 ? AegisCipher.TagLength : XaesKey.TagLength;

    private static DkmException Refuse(string reason, string message) => DkmException.Invalid("envelope", reason, message);
}
