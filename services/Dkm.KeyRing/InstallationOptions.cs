namespace Dkm.KeyRing;

using System;

/// <summary>
/// What the installation demands of every ring, whatever a ring's policy says (DESIGN section 5). <see cref="ForDevelopment"/> lowers the floors
/// to a second so that a rollover can be watched.
/// </summary>
public sealed record InstallationOptions
{
    public TimeSpan MinimumRolloverPeriod { get; init; } = TimeSpan.FromHours(1);

    public TimeSpan MinimumLead { get; init; } = TimeSpan.FromMinutes(1);

    public TimeSpan MinimumDestroyDelay { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How far two clocks of the installation may be apart.</summary>
    public TimeSpan MaxSkew { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest time from a committed change to its being known by every replica that still renews leases.</summary>
    public TimeSpan MaxRefresh { get; init; } = TimeSpan.FromSeconds(30);

    public static InstallationOptions ForDevelopment { get; } = new()
    {
        MinimumRolloverPeriod = TimeSpan.FromSeconds(1),
        MinimumLead = TimeSpan.FromSeconds(1),
        MinimumDestroyDelay = TimeSpan.FromSeconds(1),
        MaxSkew = TimeSpan.FromSeconds(0.5),
        MaxRefresh = TimeSpan.FromSeconds(1),
    };
}
