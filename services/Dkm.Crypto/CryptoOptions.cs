namespace Dkm.Crypto;

using System;
using Dkm.Hosting;
using Dkm.Transport;

/// <summary>What Crypto needs in order to run. It has no store.</summary>
public sealed record CryptoOptions
{
    /// <summary>KeyRing ends a stream that wants more, and Crypto has one stream for all callers.</summary>
    internal const int RingsOfOneStream = 20_000;

    public required ServerOptions Server { get; init; }

    /// <summary>Where the policy comes from.</summary>
    public required ServiceAddresses Access { get; init; }

    /// <summary>Where the keys come from.</summary>
    public required ServiceAddresses KeyRing { get; init; }

    /// <summary>How long the first call for a ring, or for a key that is not in memory, waits for KeyRing.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A ring that nobody used for so long is given up, and its keys are zeroed.</summary>
    public TimeSpan IdleRing { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Rings held at once.</summary>
    public int MaximumRings { get; init; } = RingsOfOneStream;

    /// <summary>Archived keys kept in memory.</summary>
    public int ArchivedKeys { get; init; } = 10_000;
}
