namespace Dkm.Transport;

using System;
using System.Buffers.Binary;
using Dkm.Core;

/// <summary>How long to wait before a call is tried again: 50 ms doubled up to 2 s, of which a random half is left out, so that many callers do not come back in step.</summary>
public static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>The wait after the <paramref name="attempt"/>th failure, counted from 1.</summary>
    public static TimeSpan After(int attempt) => After(attempt, First, Longest);

    public static TimeSpan After(int attempt, TimeSpan first, TimeSpan longest)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        Span<byte> chance = stackalloc byte[4];
        KernelRandom.Fill(chance);
        var share = 0.5 + (BinaryPrimitives.ReadUInt32LittleEndian(chance) / (2.0 * uint.MaxValue));
        return Min(first * Math.Pow(2, Math.Min(attempt - 1, 30)), longest) * share;
    }

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
