namespace Dkm.UnitTests.Model;

using System;
using System.Linq;
using Dkm.Core.Keys;
using Dkm.KeyRing.Rollover;

/// <summary>What a replica decides by the shipped rules, and what becomes of its writes in a store that compares as etcd does.</summary>
internal sealed class ReplicaWrites(Guard guards)
{
    /// <summary>Whether what lies in the store is not what this replica may take.</summary>
    public bool Refuses(ModelState state, int r)
    {
        var replica = state.Replica(r);
        return (guards.HasFlag(Guard.HighWaterMark)
                && (state.Store.Version < replica.Mark || (state.Store.Version == replica.Version && (state.Store.Ring, state.Store.Other, state.Store.Keys) != (replica.Ring, replica.Other, replica.Keys))))
            || (guards.HasFlag(Guard.KeysStay) && ((replica.Keys?.Ids ?? 0) & ~state.Store.Keys.Ids) != 0);
    }

    public PendingWrite? Decide(ModelState state, int r)
    {
        var replica = state.Replica(r);
        var now = KeySet.Time(ModelTimes.Clock(state, r));
        var times = new RingTimes(ModelTimes.Policy, DateTimeOffset.MinValue, replica.Keys!.Facts, ModelTimes.Timing);
        var step = RolloverRule.At(times, now);
        if (!guards.HasFlag(Guard.PublicationLead))
        {
            step = step with { Create = [.. step.Create.Select(_ => times.AfterAllOnceActive(now))] };
        }

        return step.IsNothing ? null : new PendingWrite(
            replica.Version, replica.Ring, replica.Other, replica.Keys, Applied(replica.Keys, step, state, r, atOnce: false), replica.Fence, state.Now, false);
    }

    public ModelState Arrive(ModelState state, int r, bool lostAnswer)
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

    public ModelState RollAtOnce(ModelState state, int r)
    {
        var (replica, store) = (state.Replica(r), state.Store);
        var rolled = state with { Rolls = 1, Faults = state.Faults + 1 };
        if (store.Version != replica.Version || store.Ring != replica.Ring || Refuses(state, r))
        {
            return rolled;
        }

        var times = new RingTimes(ModelTimes.Policy, DateTimeOffset.MinValue, replica.Keys!.Facts, ModelTimes.Timing);
        var keys = Applied(replica.Keys, RollNowRule.AtOnce(times, KeySet.Time(ModelTimes.Clock(state, r))), state, r, atOnce: true);
        var next = store with { Version = store.Version + 1, Ring = store.Ring + 1, DigestOfRing = store.Ring + 1, Keys = keys };
        return (rolled with { Store = next, NextId = state.NextId + keys.Keys.Length - replica.Keys.Keys.Length })
            .With(r, ModelReplica.Of(next, state.Now) with { Fence = replica.Fence });
    }

    private static KeySet Applied(KeySet keys, RolloverStep step, ModelState state, int r, bool atOnce)
    {
        var archived = step.Archive.Select(id => keys.Find(id).Id).ToHashSet();
        var slot = atOnce ? ModelKey.AtOnce : keys.Primary(ModelTimes.Clock(state, r), null)?.Id ?? ModelKey.First;
        return KeySet.Of(keys.Keys
            .Select(key => archived.Contains(key.Id) ? key with { Stored = StoredKeyState.Archived } : key)
            .Concat(step.Create.Select((activate, i) => new ModelKey(state.NextId + i, KeySet.Milliseconds(activate), StoredKeyState.Enabled, state.Store.Branch, slot))));
    }

    private static KeySet Renumbered(PendingWrite write, int nextId)
    {
        var old = write.Before.Keys.Length;
        return KeySet.Of(write.After.Keys.Take(old).Concat(write.After.Keys.Skip(old).Select((key, i) => key with { Id = nextId + i })));
    }
}
