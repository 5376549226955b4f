namespace Dkm.KeyRing.Rollover;

using System;

/// <summary>The installation's times that rollover reckons with.</summary>
/// <param name="MaxSkew">How far two clocks may be apart.</param>
/// <param name="MaxRefresh">From a commit to its being known by every replica that renews leases.</param>
/// <param name="RefreshBound">The age at which a replica's view of policy and keys stops renewing leases. Less than <paramref name="MaxRefresh"/>: the
/// rest is for the leader's own lateness and for the commit.</param>
internal sealed record RolloverTiming(TimeSpan MaxSkew, TimeSpan MaxRefresh, TimeSpan RefreshBound)
{
    /// <summary>
    /// How much later than due the leader may make a key and still give it its slot. Without it a period would drift by the loop's
    /// latency; half of what the bound leaves of MaxRefresh, the other half is the commit's.
    /// </summary>
    public TimeSpan Tolerance => (MaxRefresh - RefreshBound) / 2;

    /// <summary>How long the leader's election outlives its last sign of life: the longest that a write which it has sent can be late.</summary>
    public static readonly TimeSpan LeaderLease = TimeSpan.FromSeconds(5);

    /// <summary>
    /// After so long without a confirmation holders are sent to another replica. Longer than Access takes to send us to another one of its own (10 s), so that holders need not move when
    /// it was only that.
    /// </summary>
    public static readonly TimeSpan CutOff = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan ShortestDenialBound = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long after its decision the leader may still send a write. Together with <see cref="LeaderLease"/> it is the commit's share of MaxRefresh; the floors of
    /// development leave less than an election can take, and there it is a quarter of it.
    /// </summary>
    public TimeSpan SendLimit => Tolerance - LeaderLease > MaxRefresh / 4 ? Tolerance - LeaderLease : MaxRefresh / 4;

    /// <summary>
    /// By views that were confirmed longer ago than this nobody is told that she may not have a ring, and it is what a holder waits before it believes that. In development, where no
    /// lease is renewed after less than a second, longer than the bound of leases.
    /// </summary>
    public TimeSpan DenialBound => RefreshBound > ShortestDenialBound ? RefreshBound : ShortestDenialBound;

    /// <summary>A clock may still see the key before as primary this long after a key's time on ours.</summary>
    public TimeSpan Settling => MaxSkew * 2;

    /// <summary>The time stamp until which what is decided now may be sent.</summary>
    public long LastSend(TimeProvider time) => time.GetTimestamp() + (long)(SendLimit.TotalSeconds * time.TimestampFrequency);

    public static RolloverTiming Of(InstallationOptions installation)
    {
        var bound = installation.MaxRefresh * 3 / 4;
        return new(installation.MaxSkew, installation.MaxRefresh, bound < TimeSpan.FromSeconds(5) ? bound : TimeSpan.FromSeconds(5));
    }
}
