namespace Dkm.Core.Envelopes;

using System;
using System.Security.Cryptography;

/// <summary>
/// What one caller at a time works with: the prefix held for sealing with its derived key, and the derived keys of the prefixes opened last. Deriving
/// one costs several times what sealing a small message does.
/// </summary>
internal sealed class XaesLane(XaesKey key, TimeProvider time) : IDisposable
{
    /// <summary>Messages under one held prefix. With 96 random bits each, two nonces meet with a chance below 2⁻⁶⁴.</summary>
    public const int MostMessages = 1 << 16;

    /// <summary>Bytes of plaintext under one held prefix.</summary>
    public const long MostBytes = 1L << 30;

    private const int Remembered = 8;

    /// <summary>How long a prefix is held, so that a machine that was cloned parts from its copy soon.</summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(1);

    private readonly long longestHold = (long)(LongestHold.TotalSeconds * time.TimestampFrequency);
    private readonly OpenKey[] opened = new OpenKey[Remembered];
    private readonly byte[] prefix = new byte[XaesKey.PrefixLength];
    private AesGcm? sealing;
    private int messages;
    private long bytes;
    private long since;
    private int oldest;

    /// <summary>Fills a nonce and returns the AesGcm for it.</summary>
    public AesGcm NextForSeal(Span<byte> nonce, int plaintextLength)
    {
        if (sealing is null || messages == MostMessages || bytes + plaintextLength > MostBytes || time.GetTimestamp() - since > longestHold)
        {
            HoldNewPrefix();
        }

        messages++;
        bytes += plaintextLength;
        prefix.CopyTo(nonce);
        KernelRandom.Fill(nonce[XaesKey.PrefixLength..]);
        return sealing!;
    }

    public bool TryOpen(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> body, Span<byte> plaintext)
    {
        var wanted = new OpenKey(nonce);
        foreach (ref readonly var known in opened.AsSpan())
        {
            if (known.HasPrefixOf(wanted))
            {
                return TryDecrypt(known.Gcm!, nonce, associatedData, body, plaintext);
            }
        }

        // Remembered only once it has opened something, so that forged envelopes do not push out keys that are in use.
        var derived = key.Derive(nonce[..XaesKey.PrefixLength]);
        if (!TryDecrypt(derived, nonce, associatedData, body, plaintext))
        {
            derived.Dispose();
            return false;
        }

        opened[oldest].Gcm?.Dispose();
        opened[oldest] = wanted with { Gcm = derived };
        oldest = (oldest + 1) % Remembered;
        return true;
    }

    public void Dispose()
    {
        sealing?.Dispose();
        sealing = null;
        foreach (ref var known in opened.AsSpan())
        {
            known.Gcm?.Dispose();
            known = default;
        }
    }

    private static bool TryDecrypt(
        AesGcm gcm, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> body, Span<byte> plaintext)
    {
        try
        {
            gcm.Decrypt(nonce[XaesKey.PrefixLength..], body[..plaintext.Length], body[plaintext.Length..], plaintext, associatedData);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    private void HoldNewPrefix()
    {
        sealing?.Dispose();
        sealing = null;
        KernelRandom.Fill(prefix);
        sealing = key.Derive(prefix);
        messages = 0;
        bytes = 0;
        since = time.GetTimestamp();
    }
}
