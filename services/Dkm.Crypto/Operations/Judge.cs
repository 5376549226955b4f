namespace Dkm.Crypto.Operations;

using Dkm.Client.KeySets;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting;
using Dkm.Hosting.Policy;

/// <summary>
/// May she? Decided by the bindings that came with the keys and the policy that Access streams, both here. Judged before anything else is
/// said of a ring: a lease or a state would tell a stranger that it exists.
/// </summary>
internal sealed class Judge(IGroupMembership policy)
{
    /// <summary>For a ring that the caller named.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="ring">The name she gave.</param>
    /// <param name="held">The ring, or null if Crypto cannot have it; she is then told what one without a binding is told.</param>
    /// <param name="wanted">What she wants to do.</param>
    /// <exception cref="DkmException">PERMISSION_DENIED; UNAVAILABLE POLICY_STALE.</exception>
    public void DemandNamed(Caller caller, string ring, HeldRing? held, RingPermission wanted)
    {
        var snapshot = held?.Snapshot;
        DemandFresh(snapshot);
        var bindings = snapshot?.Bindings ?? [];
        if (AccessRule.Allows(caller.Id, wanted, bindings, policy.Current))
        {
            caller.Accept();
        }
        else
        {
            caller.Demand(AccessRule.Decide(caller.Id, ring, wanted, bindings, policy.Current));
        }
    }

    /// <summary>For the ring of an envelope, which a caller without a binding does not get to know.</summary>
    /// <returns>Whether she may open envelopes of compromised keys too.</returns>
    /// <exception cref="DkmException">PERMISSION_DENIED; UNAVAILABLE POLICY_STALE.</exception>
    public bool DemandDecrypt(Caller caller, HeldRing ring)
    {
        var snapshot = ring.Snapshot ?? throw Denials.UnknownOrNotYours(caller.Id);
        DemandFresh(snapshot);
        var current = policy.Current;
        if (!AccessRule.Allows(caller.Id, RingPermission.Decrypt, snapshot.Bindings, current))
        {
            if (!AccessRule.HasAnyBinding(caller.Id, snapshot.Bindings, current))
            {
                throw Denials.UnknownOrNotYours(caller.Id);
            }

            caller.Demand(AccessRule.Decide(caller.Id, ring.Name, RingPermission.Decrypt, snapshot.Bindings, current));
        }

        caller.Accept();
        return AccessRule.Allows(caller.Id, RingPermission.DecryptCompromised, snapshot.Bindings, current);
    }

    /// <summary>Whether she may know that an envelope is of this ring.</summary>
    public bool MaySee(Caller caller, HeldRing ring)
    {
        var snapshot = ring.Snapshot;
        DemandFresh(snapshot);
        return snapshot is not null && AccessRule.HasAnyBinding(caller.Id, snapshot.Bindings, policy.Current);
    }

    private void DemandFresh(RingSnapshot? snapshot)
    {
        if (!policy.Ready)
        {
            throw new DkmException(ErrorKind.Unavailable, Reasons.NotReady, "the policy has not come from Access yet; try again");
        }

        if (snapshot is not null && policy.Age > snapshot.PolicyStaleness)
        {
            throw new DkmException(
                ErrorKind.Unavailable, Reasons.PolicyStale, "Access could not confirm the policy for longer than it may be relied on; try again");
        }
    }
}
