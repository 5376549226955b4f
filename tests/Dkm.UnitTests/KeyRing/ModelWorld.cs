namespace Dkm.UnitTests.KeyRing;

using System;
using System.Collections.Generic;
using Dkm.KeyRing.Rollover;

/// <summary>
/// How wrong clocks and how late news may be. Four clocks count: of the leader that made a key, of the replica that renewed a holder's lease, of that holder, and of another
/// one that uses the key already. Each is right or ahead by <see cref="RolloverTiming.MaxSkew"/>: no two are further apart. Model time is the leader's.
/// </summary>
internal sealed record ModelWorld(bool LeaderAhead, bool ReplicaAhead, bool HolderAhead, bool OtherAhead, bool Late)
{
    private static readonly RolloverTiming Timing = RollingRing.Timing;

    /// <summary>From the leader's decision to its being known by a replica that renews leases: the commit, and how old the replica's view may be.</summary>
    public TimeSpan News => Late ? Timing.MaxRefresh - Timing.Tolerance : TimeSpan.Zero;

    /// <summary>How long a message is under way.</summary>
    public TimeSpan Delivery => Late ? TimeSpan.FromSeconds(20) : TimeSpan.Zero;

    public DateTimeOffset Replica(DateTimeOffset leader) => Shift(leader, ReplicaAhead);

    public DateTimeOffset Holder(DateTimeOffset leader) => Shift(leader, HolderAhead);

    public DateTimeOffset Other(DateTimeOffset leader) => Shift(leader, OtherAhead);

    /// <summary>When a time comes on the leader's, the holder's and the other one's clock.</summary>
    public IEnumerable<DateTimeOffset> Moments(DateTimeOffset time) => [time, time - (Holder(time) - time), time - (Other(time) - time)];

    private DateTimeOffset Shift(DateTimeOffset leader, bool ahead) => leader + ((ahead ? Timing.MaxSkew : default) - (LeaderAhead ? Timing.MaxSkew : default));
}
