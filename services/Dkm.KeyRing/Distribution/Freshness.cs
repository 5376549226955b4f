namespace Dkm.KeyRing.Distribution;

using System;
using Dkm.Hosting.Policy;
using Dkm.KeyRing.Rollover;

/// <summary>
/// Whether this replica may grant and renew leases. Both of its views count: on an old policy it would renew somebody who was removed, on old rings it would
/// renew a holder that lacks the key which is about to be primary.
/// </summary>
internal sealed class Freshness(IGroupMembership membership, KeyRingStore store, RolloverTiming timing)
{
    /// <summary>
    /// Take it before looking at rings and policy, not after: what was confirmed then is in what is looked at afterwards.
    /// </summary>
    public bool RenewsLeases => PolicyAge <= timing.RefreshBound && store.Age <= timing.RefreshBound;

    /// <summary>How old the policy's confirmation is.</summary>
    public TimeSpan PolicyAge => membership.Ready ? membership.Age : TimeSpan.MaxValue;
}
