namespace Dkm.UnitTests.Model;

using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>What happens to everybody: time passes, somebody else writes, puts an old snapshot back, recovers.</summary>
internal sealed class WorldSteps(Guard guards, Scope scope, ModelStore first, ReplicaWrites writes, ReplicaSteps replicas, HolderSteps holders)
{
    public IEnumerable<(string Step, ModelState State)> Of(ModelState state)
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

        if (guards.HasFlag(Guard.HighWaterMark) && (writes.Refuses(state, 0) || writes.Refuses(state, 1)))
        {
            yield return ("the operator recovers", state with { Store = Recovered(state) });
        }
    }

    public ModelState Pass(ModelState state)
    {
        var now = state.Now + 1;
        var passed = state with { Now = now, Turn = 0, R0 = replicas.Aged(state.R0, now), R1 = replicas.Aged(state.R1, now) };
        if (state.Store.Fence != 0 && state.Store.FenceEnd < now)
        {
            passed = Deposed(passed, state.Store.Fence - 1) with { Store = state.Store with { Fence = 0, FenceEnd = 0 } };
        }

        return holders.Look(passed, out _);
    }

    private ModelState Restored(ModelState state)
    {
        var old = first with { Branch = 1 };
        return (state.Store.Fence == 0 ? state : Deposed(state, state.Store.Fence - 1)) with { Store = old };
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
}
