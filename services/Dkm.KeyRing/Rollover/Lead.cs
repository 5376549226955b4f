namespace Dkm.KeyRing.Rollover;

using System;
using Dkm.KeyRing.Rings;

/// <summary>
/// How long before its activation a key has to be published: so long that every holder which lacks it has lost its lease by then (DESIGN section 5,
/// "publish, wait, use"; the same invariant as refresh &lt; propagation in ASP.NET Core Data Protection).
/// </summary>
internal static class Lead
{
    public static TimeSpan Effective(RingPolicy policy, RolloverTiming timing)
    {
        var needed = policy.KeyLease + Reserve(timing);
        return policy.ActivationLead > needed ? policy.ActivationLead : needed;
    }

    /// <summary>
    /// When the longest lease that was ever granted under <paramref name="before"/> is over for certain. A shorter key_lease binds only leases that
    /// are granted from now on; a holder that was cut off keeps the long one and must not meet a primary that it lacks.
    /// </summary>
    public static DateTimeOffset LeasesEndAfter(
        DateTimeOffset known, RingPolicy before, RingPolicy after, DateTimeOffset now, RolloverTiming timing)
    {
        if (after.KeyLease >= before.KeyLease)
        {
            return known;
        }

        var end = now + before.KeyLease + Reserve(timing);
        return end > known ? end : known;
    }

    /// <summary>
    /// Twice the skew, since two pairs of clocks count: the lease of a holder whose clock is behind that of the replica which renewed it lasts so much longer, and another
    /// holder whose clock is ahead of the leader's uses the key so much earlier.
    /// </summary>
    private static TimeSpan Reserve(RolloverTiming timing) => (timing.MaxSkew * 2) + timing.MaxRefresh;
}
