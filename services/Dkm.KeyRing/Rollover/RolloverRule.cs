namespace Dkm.KeyRing.Rollover;

using System;
using System.Linq;

/// <summary>What the clock demands of a ring. Pure; the leader's loop does nothing else.</summary>
internal static class RolloverRule
{
    /// <summary>
    /// When a ring's first key becomes primary: at once on every clock, also on one that is behind ours, since there is no other key to use meanwhile.
    /// </summary>
    public static DateTimeOffset First(DateTimeOffset now, RolloverTiming timing) => now - timing.MaxSkew;

    public static RolloverStep At(RingTimes ring, DateTimeOffset now)
    {
        var archive = ArchiveRule.Beyond(ring, now);
        return (NextKey(ring, now) ?? OwedKey(ring, now)) is { } activate ? new([activate], archive) : new([], archive);
    }

    /// <summary>The earliest time at which <see cref="At"/> will have something to do, unless the ring changes before.</summary>
    public static DateTimeOffset NextTime(RingTimes ring, DateTimeOffset now)
    {
        var next = ArchiveRule.NextTime(ring) ?? DateTimeOffset.MaxValue;
        var key = NextKeyTime(ring, now);
        var owed = ring.OwesKey ? RollNowRule.WaitsUntil(ring, now) : DateTimeOffset.MaxValue;
        return new[] { next, key, owed }.Min();
    }

    /// <summary>When the next key is to be made: with one pending, not before that one's time.</summary>
    public static DateTimeOffset NextKeyTime(RingTimes ring, DateTimeOffset now)
    {
        if (ring.Enabled.IsEmpty)
        {
            return now;
        }

        var newest = ring.Enabled[^1].ActivateTime;
        var due = newest + ring.Policy.RolloverPeriod - Lead.Effective(ring.Policy, ring.Timing);
        return newest > now ? RingTimes.Later(newest, due) : due;
    }

    /// <summary>The activation time of the key that is made now for those who were removed and have all others.</summary>
    private static DateTimeOffset? OwedKey(RingTimes ring, DateTimeOffset now) =>
        ring.OwesKey && RollNowRule.WaitsUntil(ring, now) <= now ? ring.AfterAll(ring.Earliest(now)) : null;

    /// <summary>
    /// The activation time of the key to be made now, if one is. A key's slot is its predecessor's time plus the period. Where the slot is too close
    /// or past, because we were down, the key comes as early as it safely may: one key, never one for every slot that was missed.
    /// </summary>
    private static DateTimeOffset? NextKey(RingTimes ring, DateTimeOffset now)
    {
        if (ring.Primary(now) is not { } primary)
        {
            // A ring without a primary serves nobody: what is made now can surprise no one.
            return ring.Pending(now).Any() ? null : ring.AfterAllOnceActive(now);
        }

        if (ring.Pending(now).Any() || now < NextKeyTime(ring, now))
        {
            return null;
        }

        var slot = primary.ActivateTime + ring.Policy.RolloverPeriod;
        var inTime = slot >= ring.OldLeasesEnd && slot >= now + Lead.Effective(ring.Policy, ring.Timing) - ring.Timing.Tolerance;
        return ring.AfterAll(inTime ? slot : RingTimes.Later(slot, ring.Earliest(now)));
    }
}
