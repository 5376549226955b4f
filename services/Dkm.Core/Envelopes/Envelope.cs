namespace Dkm.Core.Envelopes;

using System;
using System.Diagnostics.CodeAnalysis;

/// <summary>The envelope's form, as frozen in docs/ENVELOPE.md.</summary>
public static class Envelope
{
    /// <summary>Limit of a plaintext: 4 MiB − 64 KiB, so that request and reply fit every gRPC client's default.</summary>
    public const int MaximumPlaintext = 4_128_768;

    /// <summary>What the text form begins with.</summary>
    public const string TextPrefix = "dkm1.";

    /// <summary>Reads what needs no key.</summary>
    /// <exception cref="DkmException">INVALID_ARGUMENT that names <c>envelope</c>: MALFORMED, UNKNOWN_SUITE, UNKNOWN_FLAGS or SEGMENTED_NOT_SUPPORTED.</exception>
    public static EnvelopeHeader ReadHeader(ReadOnlySpan<byte> envelope) => throw new NotImplementedException();

    /// <summary>The length of an envelope around so much plaintext.</summary>
    public static int Length(Suite suite, int plaintextLength) => throw new NotImplementedException();

    /// <summary>The text form: <c>dkm1.</c> and unpadded base64url.</summary>
    public static string ToText(ReadOnlySpan<byte> envelope) => throw new NotImplementedException();

    /// <summary>
    /// Reads the text form, the canonical spelling only: no padding, no white space, no stray bits in the last character. Says nothing about what is inside.
    /// </summary>
    public static bool TryParseText(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? envelope) => throw new NotImplementedException();
}
