namespace Dkm.Hosting;

using System;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting.Policy;
using Grpc.Core;

/// <summary>The questions that each call must pass before its endpoint: identity, class, quota, then the requirement.</summary>
internal sealed class CallGate(IGroupMembership membership, LimitOptions limits)
{
    /// <summary>What needs no request, before a byte of it is read: whoever is refused here costs no memory.</summary>
    /// <exception cref="DkmException">UNAUTHENTICATED, PERMISSION_DENIED or RESOURCE_EXHAUSTED.</exception>
    public static void Admit(Caller caller, bool streams)
    {
        caller.Connection!.Judge();
        if ((caller.Rule.Classes & caller.Id.Classes()) == 0)
        {
            throw WrongClass(caller.Id, caller.Rule);
        }

        if (streams)
        {
            caller.Connection.Use!.EnterStream();
        }
        else
        {
            caller.Connection.Use!.EnterCall();
        }
    }

    /// <summary>
    /// What may have changed while the request arrived, which a client can draw out for hours: a certificate denied since, an administrator removed.
    /// </summary>
    /// <exception cref="DkmException">UNAUTHENTICATED, PERMISSION_DENIED or UNAVAILABLE.</exception>
    public void Enter(Caller caller)
    {
        caller.Arrived = true;
        caller.Connection!.DemandUnrefused();
        if (caller.Rule.Requirement is Requirement.Administrator or Requirement.AdministratorAsKnown)
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
        if (caller.Rule.Requirement == Requirement.Administrator && membership.Age > limits.AdministrationStaleness)
        {
            throw new DkmException(ErrorKind.Unavailable, Reasons.PolicyStale, "the policy could not be confirmed lately, so nothing is administered by it");
        }

        caller.Demand(AccessRule.DecideAdministrator(caller.Id, membership.Current));
    }
}
