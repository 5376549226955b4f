namespace Dkm.Core.Secrets;

using System;
using System.Buffers;
using System.Threading;

/// <summary>
/// A secret of fixed length in pinned, locked memory that is left out of dumps; zeroed on dispose. Thread-safe: the zeroing waits until the last
/// reader has left, so that nobody ever works with a key that is half gone.
/// </summary>
public sealed unsafe class SecretBytes : IDisposable
{
    // The count of readers, and above it the mark that no more may come.
    private const int Disposed = 1 << 30;

    private readonly SecretSlab slab;
    private readonly nint cell;
    private int state;

    private SecretBytes(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        Length = length;
        cell = SecretMemory.Rent(length, out slab);
    }

    /// <summary>A secret that was forgotten is zeroed too, only later.</summary>
    ~SecretBytes() => Close();

    /// <summary>Size in bytes.</summary>
    public int Length { get; }

    /// <summary>A copy. The caller zeroes its own.</summary>
    public static SecretBytes CopyFrom(ReadOnlySpan<byte> source)
    {
        var secret = new SecretBytes(source.Length);
        source.CopyTo(new Span<byte>((void*)secret.cell, source.Length));
        return secret;
    }

    /// <summary>Lets <paramref name="fill"/> write the secret in place. If it throws, the memory is zeroed.</summary>
    public static SecretBytes Create<TState>(int length, TState state, SpanAction<byte, TState> fill)
        where TState : allows ref struct
    {
        ArgumentNullException.ThrowIfNull(fill);
        var secret = new SecretBytes(length);
        try
        {
            fill(new Span<byte>((void*)secret.cell, length), state);
            return secret;
        }
        catch
        {
            secret.Dispose();
            throw;
        }
    }

    /// <summary>Fresh random bytes from the kernel.</summary>
    public static SecretBytes Random(int length) => Create(length, 0, static (span, _) => KernelRandom.Fill(span));

    /// <summary>Opens the secret for reading: <c>using var reader = secret.Read(); … reader.Span …</c>. Keep it short, copy nothing.</summary>
    /// <exception cref="ObjectDisposedException">It is gone.</exception>
    public SecretReader Read()
    {
        var seen = Volatile.Read(ref state);
        while (true)
        {
            ObjectDisposedException.ThrowIf((seen & Disposed) != 0, this);
            var found = Interlocked.CompareExchange(ref state, seen + 1, seen);
            if (found == seen)
            {
                return new SecretReader(this, new ReadOnlySpan<byte>((void*)cell, Length));
            }

            seen = found;
        }
    }

    /// <summary>Zeroes the secret, at once or when its last reader has left. Reading it afterwards throws.</summary>
    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    internal void Leave()
    {
        if (Interlocked.Decrement(ref state) == Disposed)
        {
            SecretMemory.Return(slab, cell);
        }
    }

    private void Close()
    {
        // Nothing to return if the constructor threw before there was a cell.
        if (slab is not null && Interlocked.Or(ref state, Disposed) == 0)
        {
            SecretMemory.Return(slab, cell);
        }
    }
}
