namespace Dkm.UnitTests.Model;

using System;
using System.Collections.Generic;

/// <summary>What a replica of KeyRing does: it reads, is elected, decides, writes, rolls at once for somebody, and crashes at any moment.</summary>
internal sealed class ReplicaSteps(Guard guards, Scope scope, ReplicaWrites writes)
{
    public IEnumerable<(string Step, ModelState State)> Of(ModelState state, int r)
    {
        var replica = state.Replica(r);
        if (replica.Pending is { Sent: true })
        {
            // It sleeps, or waits for the answer; only the write itself goes on.
            yield return ($"replica {r}'s write arrives", writes.Arrive(state, r, lostAnswer: false));
            if (state.Faults < scope.Faults)
            {
                yield return ($"replica {r}'s write arrives and its answer is lost", writes.Arrive(state, r, lostAnswer: true) with { Faults = state.Faults + 1 });
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
            yield return ($"replica {r} is elected", (state with { Store = state.Store with { Fence = fence, FenceEnd = state.Now + ModelTimes.FenceTime } }).With(r, replica with { Fence = fence }));
        }

        if (replica.Fence > 0 && state.Store.FenceEnd < state.Now + ModelTimes.FenceTime)
        {
            yield return ($"replica {r} renews its election", state with { Store = state.Store with { FenceEnd = state.Now + ModelTimes.FenceTime } });
        }

        if (replica.Fence != 0 && replica.Pending is null && writes.Decide(state, r) is { } pending)
        {
            yield return ($"replica {r} decides", state.With(r, replica with { Pending = pending }));
        }

        if (replica.Pending is { Sent: false } decided)
        {
            yield return ($"replica {r} sends its write", state.With(r, replica with { Pending = decided with { Sent = true } }));
        }

        if (state.Rolls == 0 && (state.Faults < scope.Faults || (scope.RollAfterRestore && state.Store.Branch == 1)) && replica.Pending is null)
        {
            yield return ($"replica {r} rolls at once for somebody", writes.RollAtOnce(state, r));
        }

        if (state.Faults < scope.Faults)
        {
            yield return ($"replica {r} crashes", Crash(state, r));
        }
    }

    /// <summary>What makes no difference any more is made the same.</summary>
    public ModelReplica Aged(ModelReplica replica, int now) => replica with
    {
        Confirmed = now - replica.Confirmed > ModelTimes.RefreshBound ? -1 : replica.Confirmed,
        Pending = guards.HasFlag(Guard.SendLimit) && replica.Pending is { Sent: false } ? null : replica.Pending,
    };

    /// <summary>A linearizable read. Null if there is nothing new, or it is refused.</summary>
    private ModelReplica? Synchronized(ModelState state, int r)
    {
        var replica = state.Replica(r);
        if (writes.Refuses(state, r))
        {
            return null;
        }

        var next = ModelReplica.Of(state.Store, state.Now) with { Mark = Math.Max(replica.Mark, state.Store.Version), Fence = Math.Max(replica.Fence, 0), Pending = replica.Pending };
        return next == replica ? null : next;
    }

    private ModelState Crash(ModelState state, int r) =>
        state.With(r, new ModelReplica(0, guards.HasFlag(Guard.PersistedMark) ? state.Replica(r).Mark : 0, 0, 0, null, 0, 0, null)) with { Faults = state.Faults + 1 };
}
