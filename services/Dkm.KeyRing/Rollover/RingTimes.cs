namespace Dkm.KeyRing.Rollover;

using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Dkm.Core.Keys;
using Dkm.KeyRing.Rings;

/// <summary>All that a rollover decision looks at.</summary>
/// <param name="Policy">The ring's policy.</param>
/// <param name="OldLeasesEnd">Until then holders may live on a lease longer than the policy's (<see cref="Lead.LeasesEndAfter"/>).</param>
/// <param name="Keys">Every key of the ring, in any order.</param>
/// <param name="Timing">The installation's times.</param>
internal sealed record RingTimes(RingPolicy Policy, DateTimeOffset OldLeasesEnd, IReadOnlyList<KeyFacts> Keys, RolloverTiming Timing)
{
    /// <summary>Two keys of a ring never share an activation time, so that "the latest" has one answer on every holder.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>Somebody who had every key of the ring was removed, and none was made since.</summary>
    public bool OwesKey { get; init; }

    public ImmutableArray<KeyFacts> Enabled { get; } =
        [.. Keys.Where(key => key.Stored == StoredKeyState.Enabled).OrderBy(key => key.ActivateTime)];

    public KeyFacts? Primary(DateTimeOffset now) => PrimaryRule.Choose(Keys, now, null);

    public IEnumerable<KeyFacts> Pending(DateTimeOffset now) => Enabled.Where(key => key.ActivateTime > now);

    /// <summary>The earliest time at which a key that is made now may become primary.</summary>
    public DateTimeOffset Earliest(DateTimeOffset now) => Later(now + Lead.Effective(Policy, Timing), OldLeasesEnd);

    /// <summary>No earlier than <paramref name="wanted"/>, and after every key of the ring: a primary never goes back, whatever our clock does.</summary>
    public DateTimeOffset AfterAll(DateTimeOffset wanted) => Keys.Select(key => key.ActivateTime + Tick).Aggregate(wanted, Later);

    /// <summary>Now, but after every key whose time has come.</summary>
    public DateTimeOffset AfterAllOnceActive(DateTimeOffset now) => AfterAllActive(now, now);

    /// <summary>
    /// For a key that follows one which is withdrawn: after every key whose time has come, and so early that it is active on a clock behind ours too, since a holder
    /// there may have no other one to use meanwhile (as <see cref="RolloverRule.First"/>).
    /// </summary>
    public DateTimeOffset ActiveOnEveryClock(DateTimeOffset now) => AfterAllActive(now, RolloverRule.First(now, Timing));

    private DateTimeOffset AfterAllActive(DateTimeOffset now, DateTimeOffset wanted) =>
        Keys.Where(key => key.ActivateTime <= now).Select(key => key.ActivateTime + Tick).Aggregate(wanted, Later);

    public static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
