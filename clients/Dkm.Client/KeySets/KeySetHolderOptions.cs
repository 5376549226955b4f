namespace Dkm.Client.KeySets;

using System;

/// <summary>How a <see cref="KeySetHolder"/> behaves. The defaults are right for an application.</summary>
public sealed record KeySetHolderOptions
{
    /// <summary>The process goes away again soon: it is not counted among the holders.</summary>
    public bool Transient { get; init; }

    /// <summary>Subscribe to the ring of a key that was asked for by its id. Crypto does; an application refuses envelopes of rings it did not ask for.</summary>
    public bool AdoptResolvedRings { get; init; }

    /// <summary>Rings wanted at once, for those that are wanted on trial. Crypto's callers choose the names.</summary>
    public int MaximumRings { get; init; } = int.MaxValue;

    /// <summary>How long a look-up of a key waits for KeyRing.</summary>
    public TimeSpan ResolveTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Keys kept in memory besides those of the key sets.</summary>
    public int ResolvedKeyCapacity { get; init; } = 1000;

    /// <summary>How long the answer "unknown, or not yours" is repeated without asking: short, for the key may be milliseconds old.</summary>
    public TimeSpan NegativeAnswerLifetime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Negative answers kept.</summary>
    public int NegativeAnswerCapacity { get; init; } = 10_000;

    /// <summary>Look-ups under way at once; more wait their turn.</summary>
    public int ConcurrentResolves { get; init; } = 64;

    /// <summary>A stream on which nothing came for this long is dead. KeyRing sends a heartbeat every second.</summary>
    public TimeSpan SilenceLimit { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>First pause before a new stream; doubled up to <see cref="LongestPause"/>, each a random part of it.</summary>
    public TimeSpan ShortestPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause before a new stream.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);
}
