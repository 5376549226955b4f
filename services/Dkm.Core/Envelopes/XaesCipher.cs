namespace Dkm.Core.Envelopes;

using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Threading;

/// <summary>
/// Suite 1. An AesGcm must never be used by two threads at once (it answers with exceptions and now and then a wrong ciphertext), and a lock would
/// make callers wait for each other; so each call takes a lane, works on it alone, and puts it back. There are about as many lanes as processors.
/// </summary>
internal sealed class XaesCipher : SuiteCipher
{
    // References in one cache line: neighbours would otherwise slow each other down.
    private const int Stride = 8;
    private const int MostLanes = 32;

    private static readonly int Lanes =
        (int)Math.Min(MostLanes, BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount * 2));

    private readonly XaesKey key;
    private readonly TimeProvider time;
    private XaesLane?[]? slots;
    private volatile bool disposed;

    public XaesCipher(ReadOnlySpan<byte> subkey, TimeProvider time)
    {
        key = XaesKey.From(subkey);
        this.time = time;
    }

    [SkipLocalsInit]
    public override void Seal(Span<byte> header, ReadOnlySpan<byte> context, ReadOnlySpan<byte> plaintext, Span<byte> body)
    {
        var lane = Take();
        try
        {
            var gcm = lane.NextForSeal(header[^XaesKey.NonceLength..], plaintext.Length);
            var nonce = header[^(XaesKey.NonceLength - XaesKey.PrefixLength)..];
            if (context.IsEmpty)
            {
                gcm.Encrypt(nonce, plaintext, body[..plaintext.Length], body[plaintext.Length..], header);
                return;
            }

            Span<byte> associatedData = stackalloc byte[header.Length + context.Length];
            Join(header, context, associatedData);
            gcm.Encrypt(nonce, plaintext, body[..plaintext.Length], body[plaintext.Length..], associatedData);
        }
        finally
        {
            Give(lane);
        }
    }

    [SkipLocalsInit]
    public override bool TryOpen(ReadOnlySpan<byte> header, ReadOnlySpan<byte> context, ReadOnlySpan<byte> body, Span<byte> plaintext)
    {
        var lane = Take();
        try
        {
            if (context.IsEmpty)
            {
                return lane.TryOpen(header[^XaesKey.NonceLength..], header, body, plaintext);
            }

            Span<byte> associatedData = stackalloc byte[header.Length + context.Length];
            Join(header, context, associatedData);
            return lane.TryOpen(header[^XaesKey.NonceLength..], associatedData, body, plaintext);
        }
        finally
        {
            Give(lane);
        }
    }

    public override void Dispose()
    {
        disposed = true;
        Sweep();
        key.Dispose();
    }

    private XaesLane Take()
    {
        ObjectDisposedException.ThrowIf(disposed, typeof(EnvelopeCipher));
        var all = slots ?? CreateSlots();
        var start = Thread.GetCurrentProcessorId();
        for (var i = 0; i < Lanes; i++)
        {
            ref var slot = ref all[((start + i) & (Lanes - 1)) * Stride];
            if (Volatile.Read(ref slot) is not null && Interlocked.Exchange(ref slot, null) is { } lane)
            {
                return lane;
            }
        }

        return new XaesLane(key, time);
    }

    private void Give(XaesLane lane)
    {
        var all = slots!;
        var start = Thread.GetCurrentProcessorId();
        for (var i = 0; i < Lanes; i++)
        {
            ref var slot = ref all[((start + i) & (Lanes - 1)) * Stride];
            if (Volatile.Read(ref slot) is null && Interlocked.CompareExchange(ref slot, lane, null) is null)
            {
                // Whoever disposed this cipher meanwhile has not seen the lane.
                if (disposed)
                {
                    Sweep();
                }

                return;
            }
        }

        lane.Dispose();
    }

    private void Sweep()
    {
        for (var i = 0; slots is { } all && i < Lanes; i++)
        {
            Interlocked.Exchange(ref all[i * Stride], null)?.Dispose();
        }
    }

    private XaesLane?[] CreateSlots()
    {
        Interlocked.CompareExchange(ref slots, new XaesLane?[Lanes * Stride], null);
        return slots;
    }
}
