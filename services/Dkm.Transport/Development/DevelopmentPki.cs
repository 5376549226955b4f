namespace Dkm.Transport;

using System;
using Dkm.Core;

/// <summary>Certificate authorities and identities for development, below <c>pki</c> of a DKM home. Never for production: the CA keys lie beside the rest.</summary>
public static class DevelopmentPki
{
    /// <summary>Makes what is missing: a CA per class, the three services, <c>admin</c> and <c>mailbox-worker</c>. What is there stays.</summary>
    public static void Ensure(string home, string trustDomain, TimeProvider time) => throw new NotImplementedException();

    /// <summary>Issues <paramref name="id"/> from the CA of its class into <c>pki/&lt;name&gt;</c>, over what is there.</summary>
    public static IdentityFiles Issue(string home, string name, SpiffeId id, TimeProvider time) => throw new NotImplementedException();

    /// <summary>The trust of a server in this home: all four classes, and the deny list <c>pki/denied</c>.</summary>
    public static TrustOptions Trust(string home, string trustDomain) => throw new NotImplementedException();
}
