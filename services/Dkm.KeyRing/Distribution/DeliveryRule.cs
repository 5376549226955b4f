namespace Dkm.KeyRing.Distribution;

using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.KeyRing.Rings;

/// <summary>
/// Who may be given a ring's material. Pure. A ring that does not exist is judged like one without bindings, so that its denial tells nothing.
/// </summary>
internal static class DeliveryRule
{
    public static AccessDecision Decide(SpiffeId caller, string name, Ring? ring, PolicySnapshot policy)
    {
        if (caller.Service == DkmService.Crypto)
        {
            return ring switch
            {
                null => new(false, Reasons.NotBound, $"ring '{name}' is not served through Crypto"),
                { Policy.Serve: ServeMode.Local } => new(false, Reasons.RingNotServed, $"ring '{name}' is served in its holders' processes only (serve: local)"),
                _ => new(true, Reasons.MemberOfBoundGroup, $"ring '{name}' is served through Crypto"),
            };
        }

        var decision = AccessRule.Decide(caller, name, RingPermission.Hold, ring?.Bindings ?? [], policy);

        // Told to the bound alone: who is not gets the answer of a ring that is not there.
        return ring?.Policy.Serve == ServeMode.Remote && (decision.Allowed || (caller.Class == IdentityClass.Workload && AccessRule.HasAnyBinding(caller, ring.Bindings, policy)))
            ? new(false, Reasons.RingNotServed, $"ring '{name}' is served through Crypto only (serve: remote), so nobody may hold it")
            : decision;
    }

    /// <summary>The same without words, for every tick of every stream.</summary>
    public static bool Allows(SpiffeId caller, Ring? ring, PolicySnapshot policy) => ring is not null
        && (caller.Service == DkmService.Crypto
            ? ring.Policy.Serve != ServeMode.Local
            : ring.Policy.Serve != ServeMode.Remote && AccessRule.Allows(caller, RingPermission.Hold, ring.Bindings, policy));
}
