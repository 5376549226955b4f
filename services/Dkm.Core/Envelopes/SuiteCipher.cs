namespace Dkm.Core.Envelopes;

using System;

/// <summary>A suite under one subkey. Knows no envelope beyond: the header ends with the nonce, and all of it is associated data.</summary>
internal abstract class SuiteCipher : IDisposable
{
    /// <summary>Fills the nonce at the end of <paramref name="header"/>, and <paramref name="body"/> with ciphertext ‖ tag.</summary>
    public abstract void Seal(Span<byte> header, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, Span<byte> body);

    /// <summary>False if the tag is wrong; <paramref name="plaintext"/> holds nothing of use then.</summary>
    public abstract bool TryOpen(ReadOnlySpan<byte> header, ReadOnlySpan<byte> context, ReadOnlySpan<byte> body, Span<byte> plaintext);

    public abstract void Dispose();

    protected static void Join(ReadOnlySpan<byte> header, ReadOnlySpan<byte> context, Span<byte> associatedData)
    {
        header.CopyTo(associatedData);
        context.CopyTo(associatedData[header.Length..]);
    }
}
