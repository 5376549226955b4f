namespace Dkm.Client;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client.KeySets;
using Dkm.Core;
using Dkm.Core.Envelopes;

/// <summary>A ring by keys that this process holds.</summary>
internal sealed class LocalRing(KeySetHolder holder, HeldRing ring, TimeSpan patience) : IDkmRing
{
    /// <summary>A key can be withdrawn between being found and being used; so often in one call it is not bad luck any more.</summary>
    private const int Attempts = 10;

    public string Name => ring.Name;

    public int GetProtectedLength(int plaintextLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(plaintextLength);
        WaitForFirst();
        return ring.Sealer().Length(plaintextLength);
    }

    public int GetUnprotectedLength(ReadOnlySpan<byte> envelope) => Envelope.ReadHeader(envelope).PlaintextLength;

    public byte[] Protect(ReadOnlySpan<byte> plaintext, DkmContext context)
    {
        byte[]? envelope = [];
        Seal(plaintext, context, ref envelope, default, out _);
        return envelope!;
    }

    public bool TryProtect(ReadOnlySpan<byte> plaintext, DkmContext context, Span<byte> destination, out int bytesWritten)
    {
        byte[]? none = null;
        return Seal(plaintext, context, ref none, destination, out bytesWritten);
    }

    public byte[] Unprotect(ReadOnlySpan<byte> envelope, DkmContext context)
    {
        var header = Envelope.ReadHeader(envelope);
        var plaintext = new byte[header.PlaintextLength];
        Open(header, envelope, context, plaintext);
        return plaintext;
    }

    public bool TryUnprotect(ReadOnlySpan<byte> envelope, DkmContext context, Span<byte> destination, out int bytesWritten)
    {
        var header = Envelope.ReadHeader(envelope);
        bytesWritten = 0;
        if (destination.Length < header.PlaintextLength)
        {
            return false;
        }

        bytesWritten = Open(header, envelope, context, destination);
        return true;
    }

    public string ProtectText(string plaintext, DkmContext context) => TextForm.Protect(this, plaintext, context);

    public string UnprotectText(string envelope, DkmContext context) => TextForm.Unprotect(this, envelope, context);

    public async ValueTask<byte[]> ProtectAsync(ReadOnlyMemory<byte> plaintext, DkmContext context, CancellationToken cancellationToken = default)
    {
        await ring.UsableAsync(patience, cancellationToken).ConfigureAwait(false);
        return Protect(plaintext.Span, context);
    }

    public async ValueTask<byte[]> UnprotectAsync(ReadOnlyMemory<byte> envelope, DkmContext context, CancellationToken cancellationToken = default)
    {
        var header = Envelope.ReadHeader(envelope.Span);
        await ring.UsableAsync(patience, cancellationToken).ConfigureAwait(false);
        var plaintext = new byte[header.PlaintextLength];
        for (var attempt = 1; ; attempt++)
        {
            var found = await holder.FindKeyAsync(header.KeyId, cancellationToken).ConfigureAwait(false);
            if (TryOpen(found, header, envelope.Span, context, plaintext, attempt, out _))
            {
                return plaintext;
            }
        }
    }

    /// <summary>Seals into <paramref name="made"/>, which it makes, or, if that is null, into <paramref name="destination"/>.</summary>
    private bool Seal(ReadOnlySpan<byte> plaintext, DkmContext context, ref byte[]? made, Span<byte> destination, out int written)
    {
        ArgumentNullException.ThrowIfNull(context);
        WaitForFirst();
        written = 0;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var sealer = ring.Sealer();
                var length = sealer.Length(plaintext.Length);
                if (made is not null)
                {
                    destination = made = new byte[length];
                }
                else if (destination.Length < length)
                {
                    return false;
                }

                written = sealer.Seal(plaintext, context.Canonical, destination);
                return true;
            }
            catch (ObjectDisposedException) when (attempt < Attempts)
            {
                // The key was withdrawn between the two lines above: there is another, or a reason why not.
            }
            catch (ObjectDisposedException)
            {
                throw Troubles.Withdrawn(Name);
            }
        }
    }

    private int Open(EnvelopeHeader header, ReadOnlySpan<byte> envelope, DkmContext context, Span<byte> plaintext)
    {
        ArgumentNullException.ThrowIfNull(context);
        WaitForFirst();
        for (var attempt = 1; ; attempt++)
        {
            if (!holder.TryFindKey(header.KeyId, out var found))
            {
                ring.Demand();

                // The one place where opening leaves the process, once per archived key; UnprotectAsync is for who cannot spare the thread.
                found = Wait(holder.FindKeyAsync(header.KeyId, CancellationToken.None));
            }

            if (TryOpen(found, header, envelope, context, plaintext, attempt, out var written))
            {
                return written;
            }
        }
    }

    /// <returns>False if the key was withdrawn meanwhile and may be looked up once more.</returns>
    private bool TryOpen(
        FoundKey found, EnvelopeHeader header, ReadOnlySpan<byte> envelope, DkmContext context, Span<byte> plaintext, int attempt, out int written)
    {
        if (!ReferenceEquals(found.Ring, ring))
        {
            throw Troubles.OtherRing($"ring {Name}");
        }

        try
        {
            written = ring.Open(found.Key, header.Suite, envelope, context.Canonical, plaintext);
            return true;
        }
        catch (ObjectDisposedException) when (attempt < Attempts)
        {
            written = 0;
            return false;
        }
        catch (ObjectDisposedException)
        {
            throw Troubles.Withdrawn(Name);
        }
    }

    /// <summary>Only until the ring's first answer; afterwards one look at a field.</summary>
    private void WaitForFirst()
    {
        if (ring.Snapshot is null && !ring.IsDenied)
        {
            Wait(ring.UsableAsync(patience, CancellationToken.None));
        }
    }

    private static void Wait(ValueTask task) => task.AsTask().GetAwaiter().GetResult();

    private static T Wait<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();
}
