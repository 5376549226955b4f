namespace Dkm.UnitTests.Model;

using System;

/// <summary>All of a small cluster at one moment: a store, two replicas of KeyRing, two holders.</summary>
internal sealed record ModelState(
    int Now,
    int Turn,
    ModelStore Store,
    ModelReplica R0,
    ModelReplica R1,
    ModelHolder H0,
    ModelHolder H1,
    ulong Delivered,
    int NextId,
    int Faults,
    int Rolls,
    int Others)
{
    public ModelReplica Replica(int index) => index == 0 ? R0 : R1;

    public ModelHolder Holder(int index) => index == 0 ? H0 : H1;

    public ModelState With(int index, ModelReplica replica) => index == 0 ? this with { R0 = replica } : this with { R1 = replica };

    public ModelState With(int index, ModelHolder holder) => index == 0 ? this with { H0 = holder } : this with { H1 = holder };

    /// <summary>Somebody has seen a state that the store has no more.</summary>
    public bool RolledBack => Store.Version < Math.Max(R0.Mark, R1.Mark);
}
