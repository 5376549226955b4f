namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Immutable;
using Dkm.Core;

/// <summary>How a ring's keys live (DESIGN section 5). The values here are the defaults.</summary>
internal sealed record RingPolicy
{
    public static ImmutableArray<Suite> AllSuites { get; } = [Suite.Xaes256Gcm, Suite.Aegis256];

    /// <summary>After <see cref="AllSuites"/>, which it takes: static members come to life in the order of the text.</summary>
    public static RingPolicy Default { get; } = new();

    public TimeSpan RolloverPeriod { get; init; } = TimeSpan.FromDays(90);

    public TimeSpan ActivationLead { get; init; } = TimeSpan.FromHours(1);

    public int ArchiveAfter { get; init; } = 3;

    public Suite Suite { get; init; } = Suite.Xaes256Gcm;

    /// <summary>In ascending order, without doubles; contains <see cref="Suite"/> once the policy was checked.</summary>
    public ImmutableArray<Suite> ReadSuites { get; init; } = AllSuites;

    public TimeSpan KeyLease { get; init; } = TimeSpan.FromHours(24);

    public TimeSpan PolicyStaleness { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan DestroyDelay { get; init; } = TimeSpan.FromDays(30);

    public ServeMode Serve { get; init; } = ServeMode.Both;
}
