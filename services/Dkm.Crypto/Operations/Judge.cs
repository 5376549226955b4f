namespace Dkm.Crypto.Operations;

using System.Collections.Generic;
using Dkm.Client.KeySets;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting;
using Dkm.Hosting.Policy;

/// <summary>
/// May she? Decided by the bindings that came with the keys and the policy that Access streams, both here. Judged before anything else is
/// said of a ring: a lease or a state would tell a stranger that it exists.
/// </summary>
internal sealed class Judge(IGroupMembership policy, ElevationClock clock, KeySetHolder holder)
{
    /// <summary>For a ring that the caller named.</summary>
    /// <param name="caller">Who calls.</param>
    /// <param name="ring">The name she gave.</param>
    /// <param name="held">The ring, or null if Crypto cannot have it; she is then told what one without a binding is told.</param>
    /// <param name="wanted">What she wants to do.</param>
    /// <exception cref="DkmException">PERMISSION_DENIED; UNAVAILABLE POLICY_STALE.</exception>
    public void DemandNamed(Caller caller, string ring, HeldRing? held, RingPermission wanted)
    {
        DemandPolicy();
        var snapshot = held?.Snapshot;
        var bindings = snapshot?.Bindings ?? [];
        if (snapshot is not null && Allows(caller, ring, wanted, bindings))
        {
            DemandFresh(held!, snapshot);
            caller.Accept();
        }
        else
        {
            DemandKeyRingForStranger(caller, ring, bindings);
            caller.Demand(Decide(caller, ring, wanted, bindings));
        }
    }

    /// <summary>For the ring of an envelope, which a caller without a binding does not get to know.</summary>
    /// <returns>Whether she may open envelopes of compromised keys too.</returns>
    /// <exception cref="DkmException">PERMISSION_DENIED; UNAVAILABLE POLICY_STALE.</exception>
    public bool DemandDecrypt(Caller caller, HeldRing ring)
    {
        var snapshot = ring.Snapshot ?? throw Denials.UnknownOrNotYours(caller.Id);
        DemandPolicy();
        if (!Allows(caller, ring.Name, RingPermission.Decrypt, snapshot.Bindings))
        {
            DemandKeyRingForStranger(caller, ring.Name, snapshot.Bindings);
            if (!IsBound(caller, ring.Name, snapshot.Bindings))
            {
                throw Denials.UnknownOrNotYours(caller.Id);
            }

            caller.Demand(Decide(caller, ring.Name, RingPermission.Decrypt, snapshot.Bindings));
        }

        DemandFresh(ring, snapshot);
        caller.Accept();
        return Allows(caller, ring.Name, RingPermission.DecryptCompromised, snapshot.Bindings);
    }

    /// <summary>Whether she may know that an envelope is of this ring.</summary>
    public bool MaySee(Caller caller, HeldRing ring)
    {
        DemandPolicy();
        if (ring.Snapshot is not { } snapshot)
        {
            return false;
        }

        DemandKeyRingForStranger(caller, ring.Name, snapshot.Bindings);
        if (!IsBound(caller, ring.Name, snapshot.Bindings))
        {
            return false;
        }

        DemandFresh(ring, snapshot);
        return true;
    }

    /// <summary>Who is elevated is judged by her elevation, at this moment.</summary>
    private bool Allows(Caller caller, string ring, RingPermission wanted, IReadOnlyList<RingBinding> bindings) => caller.Id.Class == IdentityClass.Elevated
        ? ElevationRule.Allows(caller.Id, ring, wanted, bindings, policy.Current, clock.Now)
        : AccessRule.Allows(caller.Id, wanted, bindings, policy.Current);

    private bool IsBound(Caller caller, string ring, IReadOnlyList<RingBinding> bindings) => caller.Id.Class == IdentityClass.Elevated
        ? ElevationRule.IsBound(caller.Id, ring, bindings, policy.Current, clock.Now)
        : AccessRule.HasAnyBinding(caller.Id, bindings, policy.Current);

    private AccessDecision Decide(Caller caller, string ring, RingPermission wanted, IReadOnlyList<RingBinding> bindings) => caller.Id.Class == IdentityClass.Elevated
        ? ElevationRule.Decide(caller.Id, ring, wanted, bindings, policy.Current, clock.Now)
        : AccessRule.Decide(caller.Id, ring, wanted, bindings, policy.Current);

    private void DemandPolicy()
    {
        if (!policy.Ready)
        {
            throw new DkmException(ErrorKind.Unavailable, Reasons.NotReady, "the policy has not come from Access yet; try again");
        }
    }

    /// <summary>While KeyRing is away nothing is known of rings that are not here; a stranger must not see by her answer that one is.</summary>
    private void DemandKeyRingForStranger(Caller caller, string ring, IReadOnlyList<RingBinding> bindings)
    {
        if (holder.Trouble is not null && !IsBound(caller, ring, bindings))
        {
            throw Denials.Away();
        }
    }

    /// <summary>Told to the bound alone: who is in no group of the ring gets the same answer as for a ring that is not there.</summary>
    private void DemandFresh(HeldRing ring, RingSnapshot snapshot)
    {
        if (policy.Age > snapshot.PolicyStaleness)
        {
            throw new DkmException(
                ErrorKind.Unavailable, Reasons.PolicyStale, "Access could not confirm the policy for longer than it may be relied on; try again");
        }

        // The bindings are half of the decision, and KeyRing is who knows them.
        if (ring.ConfirmationAge > snapshot.PolicyStaleness)
        {
            throw new DkmException(
                ErrorKind.Unavailable, Reasons.PolicyStale, "KeyRing could not confirm the ring's bindings for longer than they may be relied on; try again");
        }
    }
}
