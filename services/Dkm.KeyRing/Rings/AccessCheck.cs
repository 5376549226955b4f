namespace Dkm.KeyRing.Rings;

using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting;
using Dkm.KeyRing.Distribution;
using Dkm.KeyRing.V1;

/// <summary>Decides as a real call would and says why. Anyone may ask about herself; about others those who administer the ring.</summary>
internal sealed class AccessCheck(RingCatalog catalog, RingAccess access, KeyRingStore store, ServerOptions server)
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

        var decision = Decide(identity, ring, (RingPermission)request.Permission, view, access.Policy);
        return new CheckAccessResponse
        {
            Allowed = decision.Allowed,
            Reason = decision.Reason,
            Explanation = decision.Explanation,
            Group = decision.Group ?? string.Empty,
        };
    }

    private static AccessDecision Decide(SpiffeId identity, string ring, RingPermission wanted, RingView? view, PolicySnapshot policy) => wanted switch
    {
        RingPermission.Hold => DeliveryRule.Decide(identity, ring, view?.Ring, policy),
        RingPermission.Manage => AccessRule.DecideAdministration(identity, ring, wanted, view?.Ring.Bindings ?? [], policy),
        _ => AccessRule.Decide(identity, ring, wanted, view?.Ring.Bindings ?? [], policy),
    };

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
