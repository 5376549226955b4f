namespace Dkm.Hosting.Policy;

using System;
using System.Buffers.Binary;
using Dkm.Core;

/// <summary>Doubles from the first wait to the longest; each wait is between half and all of that, so that a fleet does not come back as one.</summary>
internal sealed class Backoff
{
    private readonly TimeSpan first;
    private readonly TimeSpan longest;
    private TimeSpan next;

    public Backoff(TimeSpan first, TimeSpan longest)
    {
        this.first = first;
        this.longest = longest;
        next = first;
    }

    public void Reset() => next = first;

    public TimeSpan Next()
    {
        Span<byte> chance = stackalloc byte[2];
        KernelRandom.Fill(chance);
        var wait = next * (0.5 + (BinaryPrimitives.ReadUInt16LittleEndian(chance) / 131072.0));
        next = next * 2 < longest ? next * 2 : longest;
        return wait;
    }
}
