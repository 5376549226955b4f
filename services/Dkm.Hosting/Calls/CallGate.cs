namespace Dkm.Hosting;

using System;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting.Policy;
using Grpc.Core;

/// <summary>The questions that each call must pass before its endpoint: identity, class, requirement.</summary>
internal sealed class CallGate(IGroupMembership membership, LimitOptions limits)
{
    /// <exception cref="DkmException">UNAUTHENTICATED, PERMISSION_DENIED or UNAVAILABLE.</exception>
    public void Enter(Caller caller)
    {
        caller.Connection!.Judge();
        var rule = caller.Rule;
        if ((rule.Classes & caller.Id.Classes()) == 0)
        {
            throw WrongClass(caller.Id, rule);
        }

        if (rule.Requirement == Requirement.Administrator)
        {
            DemandAdministrator(caller);
        }
    }

    /// <summary>An endpoint that forgot to judge answers nobody.</summary>
    public static void Leave(Caller caller, ServerCallContext context)
    {
        if (caller.Unjudged && context.Status.StatusCode == StatusCode.OK)
        {
            throw new InvalidOperationException($"{caller.Rule.FullMethod} answered without having judged its caller");
        }
    }

    private static DkmException WrongClass(SpiffeId id, MethodRule rule)
    {
        var human = id.Class == IdentityClass.Human && rule.Requirement is Requirement.Ring or Requirement.EachRing;
        var method = rule.FullMethod[(rule.FullMethod.LastIndexOf('/') + 1)..];
        return new DkmException(
            ErrorKind.PermissionDenied,
            human ? Reasons.HumansHoldNoKeys : Reasons.CallerClass,
            human
                ? $"{id} is a human, and no human ever reaches a key, whatever group she is in; {method} is for {rule.Classes.Words()}: use the identity of one that is bound to the ring"
                : $"{id} may not call {method}, which is for {rule.Classes.Words()}");
    }

    private void DemandAdministrator(Caller caller)
    {
        if (!membership.Ready)
        {
            throw new DkmException(ErrorKind.Unavailable, Reasons.NotReady, "the policy has not arrived yet");
        }

        // A policy that nobody could confirm lately may miss that an administrator was removed.
        if (membership.Age > limits.AdministrationStaleness)
        {
            throw new DkmException(ErrorKind.Unavailable, Reasons.PolicyStale, "the policy could not be confirmed lately, so nothing is administered by it");
        }

        caller.Demand(AccessRule.DecideAdministrator(caller.Id, membership.Current));
    }
}
