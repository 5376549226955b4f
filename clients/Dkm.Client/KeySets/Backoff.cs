namespace Dkm.Client.KeySets;

using System;
using System.Buffers.Binary;
using Dkm.Core;

/// <summary>Pauses that double, each between half and all of its length by chance, so that a thousand clients of a restarted service do not come back at once.</summary>
internal sealed class Backoff(TimeSpan shortest, TimeSpan longest)
{
    private TimeSpan? last;

    public TimeSpan Next()
    {
        Span<byte> chance = stackalloc byte[2];
        KernelRandom.Fill(chance);
        var length = last * 2 ?? shortest;
        length = length > longest ? longest : length;
        last = length;
        return length * (0.5 + (BinaryPrimitives.ReadUInt16LittleEndian(chance) / 131072.0));
    }

    public void Reset() => last = null;
}
