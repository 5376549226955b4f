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
    public bool RenewsLeases => Unconfirmed <= timing.RefreshBound;

    /// <summary>
    /// Whether this replica may tell somebody that she may not have a ring. One that lags would take from a holder what another replica gave it a moment ago. Take it before the look too.
    /// </summary>
    public bool Denies => Unconfirmed <= timing.DenialBound;

    /// <summary>How long ago both views were last confirmed.</summary>
    public TimeSpan Unconfirmed => PolicyAge > store.Age ? PolicyAge : store.Age;

    /// <summary>How old the policy's confirmation is.</summary>
    public TimeSpan PolicyAge => membership.Ready ? membership.Age : TimeSpan.MaxValue;
}
