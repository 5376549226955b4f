namespace Dkm.UnitTests.ApprovalModel;

/// <summary>All of it at one moment: a store, two replicas of Access, a Crypto.</summary>
/// <param name="TrueStart">When it truly became active; -1: it did not.</param>
/// <param name="Issued">Who has got a credential, and for which key: a bit for each pair.</param>
/// <param name="Broken">What was broken on the way here.</param>
internal sealed record ApprovalState(
    int Now, int Turn, ModelStore Store, ModelReplica R0, ModelReplica R1, ModelCrypto Crypto, int Faults, int TrueStart, int Issued, string? Broken)
{
    public ModelReplica Replica(int index) => index == 0 ? R0 : R1;

    public ApprovalState With(int index, ModelReplica replica) => index == 0 ? this with { R0 = replica } : this with { R1 = replica };
}
