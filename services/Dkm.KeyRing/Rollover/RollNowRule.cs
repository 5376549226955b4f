namespace Dkm.KeyRing.Rollover;

using System;
using System.Linq;

/// <summary>Rollovers that somebody or something asks for. Pure.</summary>
internal static class RollNowRule
{
    /// <summary>
    /// The ordinary road, only sooner. If a key is pending already nothing is made: that one is the answer, whenever its time is, since a second one
    /// could not come sooner than the lead and the first is on its way.
    /// </summary>
    public static RolloverStep WithLead(RingTimes ring, DateTimeOffset now) => ring.Pending(now).Any()
        ? RolloverStep.Nothing
        : new([ring.AfterAll(ring.Earliest(now))], ArchiveRule.Beyond(ring, now));

    /// <summary>
    /// For a compromise: a fresh key is active now and what was pending is archived. A holder that is cut off may still use the pending one when its
    /// time comes, and will then never go back behind it; so the pending key's time gets a fresh key too, a tick later, or that holder would have no
    /// primary until the period is over.
    /// </summary>
    public static RolloverStep AtOnce(RingTimes ring, DateTimeOffset now)
    {
        var active = ring.AfterAllOnceActive(now);
        return ring.Keys.Any(key => key.ActivateTime > now)
            ? new(
                [active, ring.AfterAll(active + RingTimes.Tick)],
                [.. ring.Pending(now).Select(key => key.Id), .. ArchiveRule.Beyond(ring, now)])
            : new([active], ArchiveRule.Beyond(ring, now));
    }

    /// <summary>
    /// Somebody who held the ring may no longer. What was published while she held is hers too, so only a key made from now on helps, and it has to
    /// follow all of those. The first pending key keeps its slot; later ones are the leftovers of a removal just before, replaced so that a hundred
    /// removals in a row don't leave a hundred live keys.
    /// </summary>
    public static RolloverStep AfterRemoval(RingTimes ring, DateTimeOffset now) => new(
        [ring.AfterAll(ring.Earliest(now))],
        [.. ring.Pending(now).Skip(1).Select(key => key.Id), .. ArchiveRule.Beyond(ring, now)]);
}
