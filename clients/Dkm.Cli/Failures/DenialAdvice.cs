namespace Dkm.Cli.Failures;

using System.Collections.Generic;
using Dkm.Core;

/// <summary>What who was denied may do about it. Never what her class of identity makes impossible.</summary>
internal static class DenialAdvice
{
    public static IEnumerable<string> Of(DkmException error, Attempt? attempt, SpiffeId? caller) => (attempt, caller?.Class) switch
    {
        // Nobody may hold a ring that is serve: remote; a binding with hold would be refused.
        ({ Service: DkmService.KeyRing, Permission: "hold" }, _) when error.Reason == Reasons.RingNotServed =>
        [
            "leave out --local: Crypto has the ring, and does it for who is bound to it with encrypt or decrypt",
        ],
        _ when error.Reason == Reasons.OwnPetition => ["somebody else decides on it; take it back with: dkm elevate cancel ID"],
        _ when error.Reason == Reasons.NotAnApprover => ["see which level is open, and whose turn it is: dkm elevate show ID", "see what waits for you: dkm elevate list --waiting"],
        _ when error.Reason == Reasons.NotTheRequester => ["act as who has requested it: --identity NAME, or request one of your own: dkm elevate request"],
        _ when error.Reason == Reasons.PetitionUnknownOrNotYours => ["see those that you have to do with: dkm elevate list"],
        _ when error.Reason == Reasons.ElevationOver => ["request another as yourself: dkm elevate request --group GROUP --reason TEXT --duration 30m --identity NAME"],
        (_, IdentityClass.Elevated) => ["this elevation does not allow it: see what it is for, as yourself: dkm elevate show ID --identity NAME", "elevated identities encrypt and decrypt through Crypto, and nothing else"],
        (null or { Permission: null }, var kind) => NoAdministrator(kind, caller),
        ({ IsAboutKeys: true }, IdentityClass.Human) =>
        [
            "humans never reach keys or what they protect, whatever groups they are in: administrators manage keys, workloads use them",
            "act as a workload whose group is bound to the ring: --identity NAME",
        ],
        (_, IdentityClass.Service or IdentityClass.Elevated) =>
        [
            "DKM's own services and elevated identities get no permission by a binding",
            "act as a workload whose group is bound to the ring: --identity NAME",
        ],
        _ => NotBound(attempt!, caller),
    };

    private static IEnumerable<string> NoAdministrator(IdentityClass? kind, SpiffeId? caller)
    {
        yield return "ask an administrator to do it, or act as one: --identity NAME (the first of a development home is admin)";
        if (kind is IdentityClass.Human)
        {
            yield return $"an administrator may let another human in: dkm group add dkm-admins {caller}";
        }
    }

    private static IEnumerable<string> NotBound(Attempt attempt, SpiffeId? caller)
    {
        var who = caller?.ToString() ?? "SPIFFE-ID";
        var ring = attempt.Ring ?? "RING";
        yield return $"an administrator may add you to a group that is bound to the ring: dkm group add GROUP {who}";
        yield return $"or give the permission to a group that you are in: dkm ring bind {ring} GROUP={attempt.Permission}";
        if (attempt.Permission is "manage" && caller is { Class: IdentityClass.Human })
        {
            yield return $"or make you an administrator: dkm group add dkm-admins {who}";
        }

        // Who is not bound gets one answer, however the ring is served: which it is she has to find out.
        if (attempt.Way is "--remote")
        {
            yield return "or the ring is serve: local: leave out --remote (Crypto does not have it; that needs hold)";
        }
        else if (attempt.Way is "--local")
        {
            yield return "or the ring is serve: remote, where a binding with hold is refused: leave out --local";
        }

        if (attempt.Ring is not null)
        {
            yield return $"see why: dkm access check {who} {ring} {attempt.Permission}";
        }
    }
}
