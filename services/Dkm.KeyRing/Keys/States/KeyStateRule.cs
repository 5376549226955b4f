namespace Dkm.KeyRing.Keys.States;

using System;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.KeyRing.Rollover;

/// <summary>
/// What becomes of a key, and of its ring, when somebody changes the key's state. Pure. The states are those of NIST SP 800-57; what is ours is that no road back leads
/// to being primary, and that whoever might use a stopped key as its primary finds one that follows it.
/// </summary>
internal static class KeyStateRule
{
    /// <param name="action">What is asked for.</param>
    /// <param name="key">The key, one of the ring's.</param>
    /// <param name="ring">The ring.</param>
    /// <param name="leastDelay">The installation's floor of destroy_delay, which may have been raised since the ring got its own.</param>
    /// <param name="now">The clock.</param>
    public static KeyDecision Decide(KeyAction action, RingKey key, RingTimes ring, TimeSpan leastDelay, DateTimeOffset now) => action switch
    {
        KeyAction.Disable => Disable(key.Facts, ring, now),
        KeyAction.Enable => Enable(key, ring, now),
        KeyAction.Compromise => Compromise(key, ring, now),
        KeyAction.Destroy => Destroy(key.Facts, ring, leastDelay, now),
        KeyAction.Restore => Restore(key, ring, now),
        _ => throw new ArgumentOutOfRangeException(nameof(action), action, "not an action"),
    };

    /// <summary>Whether holders have the key, or may have it for the asking.</summary>
    public static bool IsHeld(StoredKeyState state) => state is StoredKeyState.Enabled or StoredKeyState.Archived;

    /// <summary>The state as messages and people write it.</summary>
    public static string Word(StoredKeyState state) => state switch
    {
        StoredKeyState.Enabled => "ENABLED",
        StoredKeyState.Archived => "ARCHIVED",
        StoredKeyState.Disabled => "DISABLED",
        StoredKeyState.Compromised => "COMPROMISED",
        StoredKeyState.DestroyScheduled => "DESTROY_SCHEDULED",
        StoredKeyState.Destroyed => "DESTROYED",
        _ => state.ToString(),
    };

    private static KeyDecision Disable(KeyFacts key, RingTimes ring, DateTimeOffset now) => key.Stored switch
    {
        StoredKeyState.Disabled => KeyDecision.Nothing,
        StoredKeyState.Enabled or StoredKeyState.Archived => KeyDecision.Do(Follow(new(StoredKeyState.Disabled, key.Stored), key, ring, now)),
        StoredKeyState.Compromised => Refuse("is COMPROMISED, which is withdrawn from holders already and for ever"),
        _ => Gone(key.Stored),
    };

    private static KeyDecision Enable(RingKey key, RingTimes ring, DateTimeOffset now) => key.Facts.Stored switch
    {
        StoredKeyState.Enabled or StoredKeyState.Archived => KeyDecision.Nothing,
        StoredKeyState.Disabled => KeyDecision.Do(Back(key, ring, now)),
        StoredKeyState.Compromised => Refuse("is COMPROMISED, and a key that somebody else knows is never trusted again; callers with decrypt_compromised open its envelopes through Crypto"),
        _ => Gone(key.Facts.Stored),
    };

    private static KeyDecision Compromise(RingKey key, RingTimes ring, DateTimeOffset now) => key.Facts.Stored switch
    {
        StoredKeyState.Compromised => KeyDecision.Nothing,
        StoredKeyState.Destroyed => Gone(StoredKeyState.Destroyed),

        // It opens nothing as it is; restored it would.
        StoredKeyState.DestroyScheduled when key.Mark is { Before: StoredKeyState.Compromised } => KeyDecision.Nothing,
        StoredKeyState.DestroyScheduled => KeyDecision.Do(new(StoredKeyState.DestroyScheduled, StoredKeyState.Compromised) { DestroyTime = key.Mark?.DestroyTime }),
        _ => KeyDecision.Do(Follow(new(StoredKeyState.Compromised, key.Facts.Stored), key.Facts, ring, now)),
    };

    private static KeyDecision Destroy(KeyFacts key, RingTimes ring, TimeSpan leastDelay, DateTimeOffset now)
    {
        if (key.Stored is StoredKeyState.DestroyScheduled)
        {
            return KeyDecision.Nothing;
        }

        if (key.Stored is StoredKeyState.Destroyed)
        {
            return Gone(key.Stored);
        }

        if (key.Stored is StoredKeyState.Enabled && !IsBehindThePrimary(key, ring, now))
        {
            return KeyDecision.Refuse(
                Reasons.KeyInUse,
                key.ActivateTime > now
                    ? "is the next primary and cannot be destroyed; disable it first, which puts another in its place"
                    : "is the ring's primary and cannot be destroyed; roll the ring first, or disable the key, which puts another in its place");
        }

        var delay = ring.Policy.DestroyDelay > leastDelay ? ring.Policy.DestroyDelay : leastDelay;
        return KeyDecision.Do(Follow(new(StoredKeyState.DestroyScheduled, key.Stored) { DestroyTime = now + delay }, key, ring, now));
    }

    private static KeyDecision Restore(RingKey key, RingTimes ring, DateTimeOffset now) => key.Facts.Stored switch
    {
        StoredKeyState.DestroyScheduled when now < key.Mark?.DestroyTime => KeyDecision.Do(Back(key, ring, now)),
        StoredKeyState.DestroyScheduled => Refuse($"was to be destroyed at {key.Mark?.DestroyTime:yyyy-MM-ddTHH:mm:ssZ}, and that time has come"),
        StoredKeyState.Destroyed => Gone(StoredKeyState.Destroyed),

        // A repetition after a lost answer finds what it did itself.
        _ => KeyDecision.Nothing,
    };

    /// <summary>
    /// Back to what it was. A key that is not older than the primary comes back ARCHIVED: it would become primary now, or at a time that is closer than holders need in
    /// order to learn of it.
    /// </summary>
    private static KeyStep Back(RingKey key, RingTimes ring, DateTimeOffset now)
    {
        var before = key.Mark?.Before ?? StoredKeyState.Archived;
        var state = before == StoredKeyState.Enabled && !IsBehindThePrimary(key.Facts, ring, now) ? StoredKeyState.Archived : before;
        return new(state, state == StoredKeyState.Disabled ? StoredKeyState.Archived : state);
    }

    /// <summary>
    /// A primary that is stopped is followed by a fresh key at once. A pending key that is stopped is followed by one a tick after its time, since a holder that is cut
    /// off will use it and then never goes back behind it (as <see cref="RollNowRule.AtOnce"/>). Whoever got hold of the primary may have got what was published with it.
    /// </summary>
    private static KeyStep Follow(KeyStep step, KeyFacts key, RingTimes ring, DateTimeOffset now)
    {
        if (key.Stored != StoredKeyState.Enabled)
        {
            return step;
        }

        if (IsBehindThePrimary(key, ring, now))
        {
            return IsStillPrimaryOnAnother(key, ring, now) ? step with { Create = [RingTimes.Later(key.ActivateTime + RingTimes.Tick, RolloverRule.First(now, ring.Timing))] } : step;
        }

        if (key.ActivateTime > now)
        {
            var after = key.ActivateTime + RingTimes.Tick;
            return ring.Enabled.Any(other => other.ActivateTime == after) ? step : step with { Create = [after] };
        }

        var active = ring.ActiveOnEveryClock(now);
        var pending = step.State == StoredKeyState.Compromised ? ring.Pending(now).ToList() : [];
        return step with
        {
            Create = [active, .. pending.Select(other => RingTimes.Later(other.ActivateTime, active) + RingTimes.Tick)],
            Likewise = [.. pending.Select(other => other.Id)],
        };
    }

    /// <summary>Whether a clock behind ours has not seen the time of the primary yet, nor any other key that is left.</summary>
    private static bool IsStillPrimaryOnAnother(KeyFacts key, RingTimes ring, DateTimeOffset now)
    {
        var behind = RolloverRule.First(now, ring.Timing);
        return key.ActivateTime + RingTimes.Tick < ring.Primary(now)!.ActivateTime && !ring.Enabled.Any(other => other.Id != key.Id && other.ActivateTime <= behind);
    }

    private static bool IsBehindThePrimary(KeyFacts key, RingTimes ring, DateTimeOffset now) =>
        ring.Primary(now) is { } primary && PrimaryRule.Compare(key, primary) < 0;

    private static KeyDecision Gone(StoredKeyState state) => Refuse(state == StoredKeyState.Destroyed
        ? "is DESTROYED: its material is gone"
        : "is DESTROY_SCHEDULED; restore it first, if it is still wanted");

    private static KeyDecision Refuse(string why) => KeyDecision.Refuse(Reasons.KeyState, why);
}
