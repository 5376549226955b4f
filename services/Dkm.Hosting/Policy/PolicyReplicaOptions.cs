namespace Dkm.Hosting.Policy;

using System;

/// <summary>How a replica follows Access.</summary>
public sealed record PolicyReplicaOptions
{
    /// <summary>Access speaks every second; after this long without a word the stream is given up for another.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The first wait before trying again; it doubles, with jitter, up to <see cref="LongestBackoff"/>.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>When this process counts as cut off. Longer than Access takes to find that of itself and let go, after which another Access confirms.</summary>
    public TimeSpan CutOff { get; init; } = TimeSpan.FromSeconds(15);
}
