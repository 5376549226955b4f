namespace Dkm.KeyRing.Rings;

using System;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting;
using Dkm.KeyRing.Distribution;
using Dkm.KeyRing.V1;

/// <summary>Decides as a real call would and says why. Anyone may ask about herself; about others those who administer the ring.</summary>
internal sealed class AccessCheck(RingCatalog catalog, RingAccess access, KeyRingStore store, ServerOptions server, TimeProvider time)
{
    public CheckAccessResponse Run(Caller caller, CheckAccessRequest request)
    {
        var identity = Identity(request.Identity);
        var ring = RingName.Check(request.KeyRing, "key_ring");
        if (request.Permission is < Permission.Encrypt or > Permission.Destroy)
        {
            throw DkmException.Invalid("permission", Reasons.InvalidField, "permission is encrypt, decrypt, hold, decrypt_compromised, manage or destroy");
        }

        _ = store.Current;
        RingView? view;
        if (identity.Equals(caller.Id))
        {
            view = catalog.Find(ring);
            caller.Accept();
        }
        else
        {
            view = access.Manage(caller, ring, "key_ring");
        }

        var policy = access.Policy;
        var decision = Decide(identity, ring, (RingPermission)request.Permission, view, policy, time.GetUtcNow());
        return new CheckAccessResponse
        {
            Allowed = decision.Allowed,
            Reason = decision.Reason,
            Explanation = Namesake(identity, caller, decision, view, policy) is { } group
                ? $"{identity} is in group '{group}', but '{ring}' is bound to an earlier group of that name, which was deleted; "
                    + $"an administrator can bind this one: dkm ring bind {ring} {group}={((RingPermission)request.Permission).Word()}"
                : decision.Explanation,
            Group = decision.Group ?? string.Empty,
        };
    }

    internal static AccessDecision Decide(SpiffeId identity, string ring, RingPermission wanted, RingView? view, PolicySnapshot policy, DateTimeOffset now) => wanted switch
    {
        RingPermission.Hold => DeliveryRule.Decide(identity, ring, view?.Ring, policy),
        RingPermission.Manage or RingPermission.Destroy => AccessRule.DecideAdministration(identity, ring, wanted, view?.Ring.Bindings ?? [], policy),
        _ when identity.Class == IdentityClass.Elevated => ElevationRule.Decide(identity, ring, wanted, view?.Ring.Bindings ?? [], policy, now),
        _ => ThroughCrypto(identity, ring, wanted, view, policy),
    };

    /// <summary>
    /// A ring that is served in its holders' processes only is out of Crypto's reach, whatever is bound: without <c>hold</c> nothing is done with it. Told to the bound
    /// alone.
    /// </summary>
    private static AccessDecision ThroughCrypto(SpiffeId identity, string ring, RingPermission wanted, RingView? view, PolicySnapshot policy)
    {
        var decision = AccessRule.Decide(identity, ring, wanted, view?.Ring.Bindings ?? [], policy);
        if (!decision.Allowed || view is not { Ring: { Policy.Serve: ServeMode.Local } local })
        {
            return decision;
        }

        return wanted != RingPermission.DecryptCompromised && AccessRule.Allows(identity, RingPermission.Hold, local.Bindings, policy)
            ? decision with { Explanation = decision.Explanation + "; Crypto cannot serve it (serve: local), so only in the caller's own process, through hold" }
            : new(false, Reasons.RingNotServed, $"{decision.Explanation}, but Crypto cannot serve '{ring}' (serve: local)"
                + (wanted == RingPermission.DecryptCompromised ? string.Empty : $"; an administrator can: dkm ring bind {ring} {decision.Group}=hold"));
    }

    /// <summary>
    /// A group of the identity that only has the name of one that was bound. Told to those who administer the ring alone: anybody else would learn by it that the
    /// ring exists.
    /// </summary>
    private static string? Namesake(SpiffeId identity, Caller caller, AccessDecision decision, RingView? view, PolicySnapshot policy) =>
        decision.Reason == Reasons.NotBound && view is not null && !identity.Equals(caller.Id)
            ? view.Ring.Bindings
                .Where(binding => policy.FindByUid(binding.GroupUid) is null)
                .Select(binding => policy.FindByName(binding.Group))
                .FirstOrDefault(group => group?.Contains(identity) == true)?.Name
            : null;

    private SpiffeId Identity(string text)
    {
        if (!SpiffeId.TryParse(text, out var id, out var problem))
        {
            throw DkmException.Invalid("identity", text.Length == 0 ? Reasons.Required : Reasons.InvalidField, problem);
        }

        return id.TrustDomain == server.Trust.TrustDomain
            ? id
            : throw DkmException.Invalid("identity", Reasons.InvalidField, $"the trust domain here is {server.Trust.TrustDomain}, so {id} is nobody");
    }
}
