namespace Dkm.UnitTests.Model;

using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Dkm.Core.Keys;
using Dkm.KeyRing.Rollover;

/// <summary>
/// Everything that can happen next, in any order: whatever is not taken is a pause, a cut or a lost message. The decisions are those that are shipped;
/// the store compares as etcd does.
/// </summary>
internal sealed class ClusterModel
{
    private static readonly Actor[] Turns = [Actor.World, Actor.Replica0, Actor.Replica1, Actor.Holder0, Actor.Holder1];

    private readonly Scope scope;
    private readonly ReplicaWrites writes;
    private readonly ReplicaSteps replicas;
    private readonly HolderSteps holders;
    private readonly WorldSteps world;

    public ClusterModel(Guard guards, Scope scope)
    {
        this.scope = scope;
        writes = new ReplicaWrites(guards);
        replicas = new ReplicaSteps(guards, scope, writes);
        holders = new HolderSteps(guards, scope);
        Start = First(scope);
        world = new WorldSteps(guards, scope, Start.Store, writes, replicas, holders);
    }

    public ModelState Start { get; }

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
            yield return ("a tick passes", world.Pass(state));
        }

        var steps = Turns[state.Turn] switch
        {
            Actor.World => world.Of(state),
            Actor.Replica0 => replicas.Of(state, 0),
            Actor.Replica1 => replicas.Of(state, 1),
            Actor.Holder0 => holders.Of(state, 0),
            _ => holders.Of(state, 1),
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
        if ((state.Delivered & ~kept) != 0 && !writes.Refuses(state, 0) && !writes.Refuses(state, 1))
        {
            // While one refuses, an operator knows, and the store is not the last word.
            return $"a key that envelopes may have been made with is gone: k{BitOperations.TrailingZeroCount(state.Delivered & ~kept)}";
        }

        holders.Look(state, out var trouble);
        return trouble;
    }

    private static ModelState First(Scope scope)
    {
        // The key before is archived as soon as every clock has seen the first one's time.
        var active = KeySet.Milliseconds(RolloverRule.First(KeySet.Time(0), ModelTimes.Timing));
        var first = KeySet.Of(scope.OlderKey ? [Key(0, active - (ModelTimes.Period * ModelTimes.Tick)), Key(1, active)] : [Key(0, active)]);
        var store = new ModelStore(1, 1, 1, 1, 1, first, 0, 0, 0);
        var replica = ModelReplica.Of(store, 0);
        var holder = new ModelHolder(1, first, ModelTimes.KeyLease, ModelTimes.KeyLease, null, 0);
        var state = new ModelState(0, 0, store, replica, replica, holder, holder, first.Ids, first.Keys.Length, 0, 0, 0);
        return new HolderSteps(Guard.All, scope).Look(state, out _);
    }

    private static ModelKey Key(int id, int activate) => new(id, activate, StoredKeyState.Enabled, 0, ModelKey.First);
}
