namespace Dkm.UnitTests.Model;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Dkm.Core.Keys;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;

/// <summary>
/// Everything that can happen next, in any order: whatever is not taken is a pause, a cut or a lost message. The decisions are those that are shipped;
/// the store compares as etcd does. One tick stands for the clocks' skew.
/// </summary>
internal sealed class ClusterModel(Guard guards, Scope scope)
{
    private const int Tick = 1000;
    private const int Skew = 1;
    private const int Refresh = 2;
    private const int RefreshBound = 0;
    private const int KeyLease = 1;
    private const int FenceTime = 1;
    private const int Period = 6;
    private const int SetBack = 3;

    private static readonly Actor[] Turns = [Actor.World, Actor.Replica0, Actor.Replica1, Actor.Holder0, Actor.Holder1];

    private static readonly RolloverTiming Timing = new(Ticks(Skew), Ticks(Refresh), Ticks(RefreshBound));

    private static readonly RingPolicy Policy = RingPolicy.Default with
    {
        RolloverPeriod = Ticks(Period),
        KeyLease = Ticks(KeyLease),
        ActivationLead = TimeSpan.Zero,
        ArchiveAfter = 1,
    };

    public ModelState Start
    {
        get
        {
            // The key before is archived as soon as every clock has seen the first one's time.
            var active = KeySet.Milliseconds(RolloverRule.First(KeySet.Time(0), Timing));
            var first = KeySet.Of(scope.OlderKey ? [Key(0, active - (Period * Tick)), Key(1, active)] : [Key(0, active)]);
            var store = new ModelStore(1, 1, 1, 1, 1, first, 0, 0, 0);
            var replica = ModelReplica.Of(store, 0);
            var holder = new ModelHolder(1, first, KeyLease, KeyLease, null, 0);
            return Look(new ModelState(0, 0, store, replica, replica, holder, holder, first.Ids, first.Keys.Length, 0, 0, 0), out _, Guard.All);
        }
    }

    /// <summary>
    /// Every step that is possible, and what it leads to. In a tick the actors have their turns one after the other, each with as many steps as it likes or none:
    /// what two actors do in another order of one tick, they do in some order of two.
    /// </summary>
    public IEnumerable<(string Step, ModelState State)> Next(ModelState state)
    {
        if (state.Turn + 1 < Turns.Length)
        {
            yield return ("next", state with { Turn = state.Turn + 1 });
        }
        else if (state.Now < scope.Horizon)
        {
            yield return ("a tick passes", Pass(state));
        }

        var steps = Turns[state.Turn] switch
        {
            Actor.World => OfOthers(state),
            Actor.Replica0 => OfReplica(state, 0),
            Actor.Replica1 => OfReplica(state, 1),
            Actor.Holder0 => OfHolder(state, 0),
            _ => OfHolder(state, 1),
        };
        foreach (var step in steps)
        {
            yield return step;
        }
    }

    /// <summary>What is broken in a state; null if nothing.</summary>
    public string? Broken(ModelState state)
    {
        var slots = state.Store.Keys.Keys.Where(key => key.Slot >= 0).GroupBy(key => (key.Slot, key.Branch)).FirstOrDefault(slot => slot.Count() > 1);
        if (slots is not null)
        {
            return $"two keys follow k{slots.Key.Slot}: {string.Join(" and ", slots.Select(key => $"k{key.Id}"))}";
        }

        if (!state.Store.AddsUp)
        {
            return "the records do not add up to the manifest that our own writers left";
        }

        var kept = state.Store.Keys.Ids | (state.R0.Keys?.Ids ?? 0) | (state.R1.Keys?.Ids ?? 0);
        if ((state.Delivered & ~kept) != 0 && !Refuses(state, 0) && !Refuses(state, 1))
        {
            // While one refuses, an operator knows, and the store is not the last word.
            return $"a key that envelopes may have been made with is gone: k{BitOperations.TrailingZeroCount(state.Delivered & ~kept)}";
        }

        Look(state, out var trouble, guards);
        return trouble;
    }

    private IEnumerable<(string Step, ModelState State)> OfReplica(ModelState state, int r)
    {
        var replica = state.Replica(r);
        if (replica.Pending is { Sent: true })
        {
            // It sleeps, or waits for the answer; only the write itself goes on.
            yield return ($"replica {r}'s write arrives", Arrive(state, r, lostAnswer: false));
            if (state.Faults < scope.Faults)
            {
                yield return ($"replica {r}'s write arrives and its answer is lost", Arrive(state, r, lostAnswer: true) with { Faults = state.Faults + 1 });
                yield return ($"replica {r} crashes with its write on the way", Crash(state, r));
            }

            yield break;
        }

        if (Synchronized(state, r) is { } synchronized)
        {
            yield return ($"replica {r} reads the store", state.With(r, synchronized));
        }

        if (replica.Keys is null)
        {
            yield break;
        }

        if (state.Store.Fence == 0)
        {
            var fence = r + 1;
            yield return ($"replica {r} is elected", (state with { Store = state.Store with { Fence = fence, FenceEnd = state.Now + FenceTime } }).With(r, replica with { Fence = fence }));
        }

        if (replica.Fence > 0 && state.Store.FenceEnd < state.Now + FenceTime)
        {
            yield return ($"replica {r} renews its election", state with { Store = state.Store with { FenceEnd = state.Now + FenceTime } });
        }

        if (replica.Fence != 0 && replica.Pending is null && Decide(state, r) is { } pending)
        {
            yield return ($"replica {r} decides", state.With(r, replica with { Pending = pending }));
        }

        if (replica.Pending is { Sent: false } decided)
        {
            yield return ($"replica {r} sends its write", state.With(r, replica with { Pending = decided with { Sent = true } }));
        }

        if (state.Rolls == 0 && (state.Faults < scope.Faults || (scope.RollAfterRestore && state.Store.Branch == 1)) && replica.Pending is null)
        {
            yield return ($"replica {r} rolls at once for somebody", RollAtOnce(state, r));
        }

        if (state.Faults < scope.Faults)
        {
            yield return ($"replica {r} crashes", Crash(state, r));
        }
    }

    private IEnumerable<(string Step, ModelState State)> OfHolder(ModelState state, int h)
    {
        // One holder goes from replica to replica, the other stays where it is.
        for (var r = h; r < 2; r++)
        {
            var replica = state.Replica(r);
            if (replica is { Keys: not null, Pending: not { Sent: true } }
                && (!guards.HasFlag(Guard.Freshness) || (replica.Confirmed >= 0 && state.Now - replica.Confirmed <= RefreshBound))
                && Heard(state, h, r) is { } heard)
            {
                yield return ($"holder {h} hears replica {r}", heard);
            }
        }

        if (state.Faults < scope.Faults && state.Holder(h).Back == 0)
        {
            var back = Look(state.With(h, state.Holder(h) with { Back = SetBack }) with { Faults = state.Faults + 1 }, out _, guards);
            yield return ($"holder {h}'s clock is set back", back);
        }
    }

    private IEnumerable<(string Step, ModelState State)> OfOthers(ModelState state)
    {
        if (state.Others == 0 && state.Faults < scope.Faults && !state.RolledBack)
        {
            var store = state.Store;
            yield return ("somebody writes another record", state with
            {
                Store = store with { Version = store.Version + 1, Other = store.Other + 1, DigestOfOther = store.Other + 1 },
                Others = 1,
                Faults = state.Faults + 1,
            });
        }

        if (state.Store.Version > 1 && state.Store.Branch == 0 && state.Faults < scope.Faults)
        {
            yield return ("somebody puts the first snapshot back", Restored(state) with { Faults = state.Faults + 1 });
        }

        if (guards.HasFlag(Guard.HighWaterMark) && (Refuses(state, 0) || Refuses(state, 1)))
        {
            yield return ("the operator recovers", state with { Store = Recovered(state) });
        }
    }

    /// <summary>Each running replica writes back what it has and the store has not; a new epoch is above all that anybody has seen.</summary>
    private static ModelStore Recovered(ModelState state)
    {
        var version = Math.Max(Math.Max(state.R0.Mark, state.R1.Mark), state.Store.Version) + 1;
        var ring = Math.Max(Math.Max(state.R0.Ring, state.R1.Ring), state.Store.Ring) + 1;
        var other = Math.Max(Math.Max(state.R0.Other, state.R1.Other), state.Store.Other);
        var keys = new[] { state.Store.Keys, state.R0.Keys, state.R1.Keys }.SelectMany(set => set?.Keys ?? []).GroupBy(key => key.Id);

        // Of two states of a key the later one.
        var merged = KeySet.Of(keys.Select(same => same.OrderBy(key => key.Stored).Last()));
        return new ModelStore(version, ring, other, ring, other, merged, 0, 0, 1);
    }

    /// <summary>Whether what lies in the store is not what this replica may take.</summary>
    private bool Refuses(ModelState state, int r)
    {
        var replica = state.Replica(r);
        return (guards.HasFlag(Guard.HighWaterMark)
                && (state.Store.Version < replica.Mark || (state.Store.Version == replica.Version && (state.Store.Ring, state.Store.Other, state.Store.Keys) != (replica.Ring, replica.Other, replica.Keys))))
            || (guards.HasFlag(Guard.KeysStay) && ((replica.Keys?.Ids ?? 0) & ~state.Store.Keys.Ids) != 0);
    }

    private ModelState Pass(ModelState state)
    {
        var now = state.Now + 1;
        var passed = state with { Now = now, Turn = 0, R0 = Aged(state.R0, now), R1 = Aged(state.R1, now) };
        if (state.Store.Fence != 0 && state.Store.FenceEnd < now)
        {
            passed = Deposed(passed, state.Store.Fence - 1) with { Store = state.Store with { Fence = 0, FenceEnd = 0 } };
        }

        return Look(passed, out _, guards);
    }

    /// <summary>What makes no difference any more is made the same.</summary>
    private ModelReplica Aged(ModelReplica replica, int now) => replica with
    {
        Confirmed = now - replica.Confirmed > RefreshBound ? -1 : replica.Confirmed,
        Pending = guards.HasFlag(Guard.SendLimit) && replica.Pending is { Sent: false } ? null : replica.Pending,
    };

    /// <summary>The election key is gone, and whoever had it does not know.</summary>
    private static ModelState Deposed(ModelState state, int r)
    {
        var replica = state.Replica(r);
        return state.With(r, replica with
        {
            Fence = replica.Fence > 0 ? -1 : replica.Fence,
            Pending = replica.Pending is { Fence: > 0 } write ? write with { Fence = -1 } : replica.Pending,
        });
    }

    private ModelState Restored(ModelState state)
    {
        var old = Start.Store with { Branch = 1 };
        return (state.Store.Fence == 0 ? state : Deposed(state, state.Store.Fence - 1)) with { Store = old };
    }

    /// <summary>A linearizable read. Null if there is nothing new, or it is refused.</summary>
    private ModelReplica? Synchronized(ModelState state, int r)
    {
        var replica = state.Replica(r);
        if (Refuses(state, r))
        {
            return null;
        }

        var next = ModelReplica.Of(state.Store, state.Now) with { Mark = Math.Max(replica.Mark, state.Store.Version), Fence = Math.Max(replica.Fence, 0), Pending = replica.Pending };
        return next == replica ? null : next;
    }

    private PendingWrite? Decide(ModelState state, int r)
    {
        var replica = state.Replica(r);
        var now = KeySet.Time(Clock(state, r));
        var times = new RingTimes(Policy, DateTimeOffset.MinValue, replica.Keys!.Facts, Timing);
        var step = RolloverRule.At(times, now);
        if (!guards.HasFlag(Guard.PublicationLead))
        {
            step = step with { Create = [.. step.Create.Select(_ => times.AfterAllOnceActive(now))] };
        }

        return step.IsNothing ? null : new PendingWrite(
            replica.Version, replica.Ring, replica.Other, replica.Keys, Applied(replica.Keys, step, state, r, atOnce: false), replica.Fence, state.Now, false);
    }

    private static KeySet Applied(KeySet keys, RolloverStep step, ModelState state, int r, bool atOnce)
    {
        var archived = step.Archive.Select(id => keys.Find(id).Id).ToHashSet();
        var slot = atOnce ? ModelKey.AtOnce : keys.Primary(Clock(state, r), null)?.Id ?? ModelKey.First;
        return KeySet.Of(keys.Keys
            .Select(key => archived.Contains(key.Id) ? key with { Stored = StoredKeyState.Archived } : key)
            .Concat(step.Create.Select((activate, i) => new ModelKey(state.NextId + i, KeySet.Milliseconds(activate), StoredKeyState.Enabled, state.Store.Branch, slot))));
    }

    private ModelState Arrive(ModelState state, int r, bool lostAnswer)
    {
        var (replica, store, write) = (state.Replica(r), state.Store, state.Replica(r).Pending!.Value);
        var idle = replica with { Pending = null };
        if ((guards.HasFlag(Guard.RingCompare) && store.Ring != write.Ring)
            || (guards.HasFlag(Guard.Fence) && write.Fence < 0)
            || Refuses(state, r))
        {
            return state.With(r, idle);
        }

        if (guards.HasFlag(Guard.ManifestCompare) && store.Version != write.Version)
        {
            // The manifest moved and the ring did not: the same change once more, on the new ground.
            write = write with { Version = store.Version, Other = store.Other };
        }

        var next = store with
        {
            Version = Math.Max(store.Version, write.Version) + 1,
            Ring = write.Ring + 1,
            DigestOfRing = write.Ring + 1,
            DigestOfOther = write.Other,
            Keys = store.Keys.With(write.Before, Renumbered(write, state.NextId)),
        };
        var after = state with { Store = next, NextId = state.NextId + write.After.Keys.Length - write.Before.Keys.Length };

        // A writer that does not know what became of its write reads back before it goes on.
        return after.With(r, lostAnswer ? idle : ModelReplica.Of(next, state.Now) with { Fence = replica.Fence });
    }

    private static KeySet Renumbered(PendingWrite write, int nextId)
    {
        var old = write.Before.Keys.Length;
        return KeySet.Of(write.After.Keys.Take(old).Concat(write.After.Keys.Skip(old).Select((key, i) => key with { Id = nextId + i })));
    }

    private ModelState RollAtOnce(ModelState state, int r)
    {
        var (replica, store) = (state.Replica(r), state.Store);
        var rolled = state with { Rolls = 1, Faults = state.Faults + 1 };
        if (store.Version != replica.Version || store.Ring != replica.Ring || Refuses(state, r))
        {
            return rolled;
        }

        var times = new RingTimes(Policy, DateTimeOffset.MinValue, replica.Keys!.Facts, Timing);
        var keys = Applied(replica.Keys, RollNowRule.AtOnce(times, KeySet.Time(Clock(state, r))), state, r, atOnce: true);
        var next = store with { Version = store.Version + 1, Ring = store.Ring + 1, DigestOfRing = store.Ring + 1, Keys = keys };
        return (rolled with { Store = next, NextId = state.NextId + keys.Keys.Length - replica.Keys.Keys.Length })
            .With(r, ModelReplica.Of(next, state.Now) with { Fence = replica.Fence });
    }

    private ModelState Crash(ModelState state, int r) =>
        state.With(r, new ModelReplica(0, guards.HasFlag(Guard.PersistedMark) ? state.Replica(r).Mark : 0, 0, 0, null, 0, 0, null)) with { Faults = state.Faults + 1 };

    private ModelState? Heard(ModelState state, int h, int r)
    {
        var (holder, replica) = (state.Holder(h), state.Replica(r));
        if (replica.Version < holder.Version && guards.HasFlag(Guard.HighWaterMark))
        {
            return null;
        }

        var next = holder with
        {
            Version = replica.Version,
            Keys = replica.Keys!,
            WallEnd = (Clock(state, r) / Tick) + KeyLease,
            BootEnd = state.Now + KeyLease,
        };
        return next == holder ? null : Look(state.With(h, next) with { Delivered = state.Delivered | next.Keys.Ids }, out _, guards);
    }

    /// <summary>Each holder with a lease looks for its primary, and uses it.</summary>
    private static ModelState Look(ModelState state, out string? trouble, Guard guards)
    {
        trouble = null;
        for (var h = 0; h < 2; h++)
        {
            var holder = state.Holder(h);
            var wall = state.Now + (h * Skew) - holder.Back;
            if (wall >= holder.WallEnd || (guards.HasFlag(Guard.BootClockLease) && state.Now >= holder.BootEnd))
            {
                // Over for good, unless its clock can still be set back.
                var final = guards.HasFlag(Guard.BootClockLease) || holder.Back > 0;
                state = final ? state.With(h, holder with { WallEnd = -1, BootEnd = -1 }) : state;
                continue;
            }

            // The fastest clock that is still right has this key as its primary by now.
            var scheduled = state.Store.Keys.Primary((state.Now + Skew) * Tick, null);
            if (state.Store.Branch == 0 && scheduled is { Slot: not ModelKey.AtOnce } due && (holder.Keys.Ids & (1UL << due.Id)) == 0)
            {
                trouble = $"holder {h} has a lease and lacks k{due.Id}, which is primary by schedule";
            }

            var seen = guards.HasFlag(Guard.NewestPrimarySeen) ? holder.Newest : null;
            if ((holder.Keys.Primary(wall * Tick, seen) ?? holder.Keys.Primary((wall * Tick) + 1, seen)) is not { } primary)
            {
                // A clock that is further back than any may be has not come to the first key's time, and after a fork a holder waits for a key that it may use.
                trouble ??= holder.Back == 0 && state.Store.Branch == 0 ? $"holder {h} has a lease and no primary" : null;
                continue;
            }

            if (holder.Newest?.Activate > primary.Activate)
            {
                trouble = $"holder {h} goes back from k{holder.Newest?.Id} to k{primary.Id}";
            }

            // Kept when it should go back, so that the state still shows it.
            state = state.With(h, holder with { Newest = holder.Newest?.Activate > primary.Activate ? holder.Newest : primary });
        }

        return state;
    }

    private static ModelKey Key(int id, int activate) => new(id, activate, StoredKeyState.Enabled, 0, ModelKey.First);

    private static int Clock(ModelState state, int r) => (state.Now + (r * Skew)) * Tick;

    private static TimeSpan Ticks(int ticks) => TimeSpan.FromMilliseconds(ticks * Tick);
}
