namespace Dkm.KeyRing.Rollover;

using System;
using System.Linq;
using Dkm.Core.Keys;

/// <summary>Rollovers that somebody or something asks for. Pure.</summary>
internal static class RollNowRule
{
    /// <summary>
    /// Keys of a ring that are pending or, archived ones too, younger than its lead, beyond which nobody rolls it at once. With as many pending, a step at once and what it
    /// archives still fit one transaction.
    /// </summary>
    public const int MaximumYoungKeys = 32;

    /// <summary>
    /// The ordinary road, only sooner. If a key is pending already nothing is made: that one is the answer, whenever its time is, since a second one
    /// could not come sooner than the lead and the first is on its way.
    /// </summary>
    public static RolloverStep WithLead(RingTimes ring, DateTimeOffset now) => ring.Pending(now).Any()
        ? RolloverStep.Nothing
        : new([ring.AfterAll(ring.Earliest(now))], ArchiveRule.Beyond(ring, now));

    /// <summary>
    /// For a compromise: a fresh key is active now and what was pending is archived. A holder that is cut off may still use a pending one when its
    /// time comes, and will then never go back behind it; so each pending key's time gets a fresh key too, a tick later, or that holder would have no
    /// primary until the period is over.
    /// </summary>
    public static RolloverStep AtOnce(RingTimes ring, DateTimeOffset now)
    {
        var pending = ring.Pending(now).ToList();
        var active = ring.AfterAllOnceActive(now);
        return new(
            [active, .. pending.Select(key => RingTimes.Later(key.ActivateTime, active) + RingTimes.Tick)],
            [.. pending.Select(key => key.Id), .. ArchiveRule.Beyond(ring, now)]);
    }

    /// <summary>Whether the ring was rolled so often of late that whoever asks has to wait: every key is delivered to every holder and kept for good.</summary>
    public static bool TooOften(RingTimes ring, DateTimeOffset now) => YoungKeys(ring, now) >= MaximumYoungKeys;

    /// <summary>Keys that are pending or, in whatever state, younger than the lead.</summary>
    public static int YoungKeys(RingTimes ring, DateTimeOffset now)
    {
        var young = now - Lead.Effective(ring.Policy, ring.Timing);
        return ring.Keys.Count(key => key.CreateTime > young || (key.Stored == StoredKeyState.Enabled && key.ActivateTime > now));
    }

    /// <summary>
    /// Somebody who held the ring may no longer. What was published while she held is hers too, so only a key made from now on helps, and it has to
    /// follow all of those. They keep their times: a holder that was cut off uses them, and would have no primary if one was archived before the
    /// next is there. So a key for each of a hundred removals would leave a hundred pending: with one that is young the next is owed, and made when that is no longer so
    /// (<see cref="RolloverRule.At"/>), for all who were removed by then.
    /// </summary>
    public static RolloverStep AfterRemoval(RingTimes ring, DateTimeOffset now)
    {
        if (WaitsUntil(ring, now) > now)
        {
            return ring.OwesKey ? RolloverStep.Nothing : RolloverStep.Owed;
        }

        return new([ring.AfterAll(ring.Earliest(now))], []);
    }

    /// <summary>
    /// How long a removal waits for those that may follow it: an eighth of the lead since the last pending key was made. That is soon enough, since the lead itself is how
    /// long the one who is gone knows the keys in use; and of pending keys that removals made there are never more than nine.
    /// </summary>
    public static DateTimeOffset WaitsUntil(RingTimes ring, DateTimeOffset now)
    {
        var wait = Lead.Effective(ring.Policy, ring.Timing) / 8;
        return ring.Pending(now).Select(key => Earlier(key.CreateTime + wait, key.ActivateTime)).Append(now).Max();
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
