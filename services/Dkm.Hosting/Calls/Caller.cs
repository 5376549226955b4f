namespace Dkm.Hosting;

using System;
using Dkm.Core;
using Dkm.Core.Authorization;

/// <summary>Who makes this call, and whether she has been judged yet. One per call, used by one call.</summary>
public sealed class Caller
{
    private bool judged;

    /// <param name="id">A verified identity.</param>
    /// <param name="rule">The row of the method that is called.</param>
    public Caller(SpiffeId id, MethodRule rule)
    {
        Id = id;
        Rule = rule;
    }

    internal Caller(PeerConnection connection, MethodEndpoint method)
    {
        Connection = connection;
        Method = method;
        Rule = method.Rule;
    }

    /// <summary>The verified identity.</summary>
    public SpiffeId Id
    {
        get => field ?? Connection!.Peer.Id;
    }

    /// <summary>The row of the method that is called.</summary>
    public MethodRule Rule { get; }

    internal PeerConnection? Connection { get; }

    internal MethodEndpoint? Method { get; }

    /// <summary>Its request has been read and parsed.</summary>
    internal bool Arrived { get; set; }

    /// <summary>What was missing in the end: a call that must be judged and was not.</summary>
    internal bool Unjudged => !judged && (Rule.Requirement is Requirement.Ring or Requirement.Petition);

    /// <summary>The endpoint has judged the caller and lets her pass.</summary>
    public void Accept() => judged = true;

    /// <summary>Passes or throws the denial.</summary>
    /// <exception cref="DkmException">PERMISSION_DENIED.</exception>
    public void Demand(AccessDecision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        decision.Demand();
        judged = true;
    }
}
