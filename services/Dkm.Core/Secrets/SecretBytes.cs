namespace Dkm.Core.Secrets;

using System;
using System.Buffers;

/// <summary>
/// A secret of fixed length in pinned, locked memory that is left out of dumps; zeroed on dispose. Thread-safe: a dispose waits with the zeroing
/// until the last reader has left.
/// </summary>
public sealed class SecretBytes : IDisposable
{
    private SecretBytes(int length) => Length = length;

    /// <summary>Size in bytes.</summary>
    public int Length { get; }

    /// <summary>A copy. The caller zeroes its own.</summary>
    public static SecretBytes CopyFrom(ReadOnlySpan<byte> source) => throw new NotImplementedException();

    /// <summary>Lets <paramref name="fill"/> write the secret in place. If it throws, the memory is zeroed.</summary>
    public static SecretBytes Create<TState>(int length, TState state, SpanAction<byte, TState> fill)
        where TState : allows ref struct => throw new NotImplementedException();

    /// <summary>Fresh random bytes from the kernel.</summary>
    public static SecretBytes Random(int length) => throw new NotImplementedException();

    /// <summary>Opens the secret for reading: <c>using var reader = secret.Read(); … reader.Span …</c>. Keep it short, copy nothing.</summary>
    /// <exception cref="ObjectDisposedException">It is gone.</exception>
    public SecretReader Read() => throw new NotImplementedException();

    /// <summary>Zeroes the secret, at once or when its last reader has left. Reading it afterwards throws.</summary>
    public void Dispose() => throw new NotImplementedException();

    internal void Leave() => throw new NotImplementedException();
}
