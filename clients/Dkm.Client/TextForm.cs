namespace Dkm.Client;

using System;
using System.Security.Cryptography;
using System.Text;
using Dkm.Core;
using Dkm.Core.Envelopes;

/// <summary>Text in, <c>dkm1.…</c> out, and back. Bytes of a plaintext that are made on the way are zeroed; strings cannot be.</summary>
internal static class TextForm
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Protect(IDkmRing ring, string plaintext, DkmContext context)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        var bytes = Strict.GetBytes(plaintext);
        try
        {
            return Envelope.ToText(ring.Protect(bytes, context));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    public static string Unprotect(IDkmRing ring, string envelope, DkmContext context)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        if (!Envelope.TryParseText(envelope, out var bytes))
        {
            throw DkmException.Invalid("envelope", Reasons.Malformed, $"the text form of an envelope is {Envelope.TextPrefix} and base64url without padding");
        }

        var plaintext = ring.Unprotect(bytes, context);
        try
        {
            return Strict.GetString(plaintext);
        }
        catch (DecoderFallbackException)
        {
            throw DkmException.Invalid("envelope", Reasons.Malformed, "what is inside is not text; open it as bytes");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }
}
