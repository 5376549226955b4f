namespace Dkm.Crypto.Operations;

using System;
using System.Security.Cryptography;
using Dkm.Client.KeySets;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Google.Protobuf;

/// <summary>Makes envelopes for callers that were judged.</summary>
internal static class Sealing
{
    /// <summary>A key can be withdrawn between being handed out and being used.</summary>
    public const int Attempts = 10;

    public static void CheckPlaintext(int length)
    {
        if (length > Envelope.MaximumPlaintext)
        {
            throw DkmException.Invalid("plaintext", Reasons.TooLong, $"a plaintext is at most {Envelope.MaximumPlaintext} bytes");
        }
    }

    public static ByteString Seal(HeldRing ring, ReadOnlySpan<byte> plaintext, DkmContext context, out HeldKey key)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            try
            {
                var sealer = ring.Sealer();
                key = sealer.Key;
                return Seal(sealer, plaintext, context);
            }
            catch (ObjectDisposedException)
            {
                // There is another key, or a reason why not, and the ring knows it.
            }
        }

        throw Denials.Changing();
    }

    /// <summary>Makes a key and seals it. A key without an envelope is of no use to anybody, and does not stay.</summary>
    public static ByteString SealFresh(HeldRing ring, Span<byte> dataKey, DkmContext context, out HeldKey key)
    {
        KernelRandom.Fill(dataKey);
        var done = false;
        try
        {
            var envelope = Seal(ring, dataKey, context, out key);
            done = true;
            return envelope;
        }
        finally
        {
            if (!done)
            {
                CryptographicOperations.ZeroMemory(dataKey);
            }
        }
    }

    /// <summary>The array is made here and nobody else has it, so the message may be it.</summary>
    public static ByteString Seal(RingSealer sealer, ReadOnlySpan<byte> plaintext, DkmContext context)
    {
        var envelope = GC.AllocateUninitializedArray<byte>(sealer.Length(plaintext.Length));
        sealer.Seal(plaintext, context.Canonical, envelope);
        return UnsafeByteOperations.UnsafeWrap(envelope);
    }
}
