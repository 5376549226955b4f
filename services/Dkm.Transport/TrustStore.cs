namespace Dkm.Transport;

using System;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// Judges certificates: the class of an identity is read from its SPIFFE path, and the chain must lead to that class's own bundle.
/// Bundles and deny list are read again when they change; a broken new file keeps the old one.
/// </summary>
public sealed class TrustStore : IDisposable
{
    /// <exception cref="DkmException">A file cannot be read; all mistakes are told together.</exception>
    public TrustStore(TrustOptions options, TimeProvider time, ILogger logger) => throw new NotImplementedException();

    /// <summary>Rises when a bundle or the deny list changes.</summary>
    public long Version => throw new NotImplementedException();

    /// <summary>The whole judgement: leaf rules of the X.509-SVID standard, class, chain to the CA of that class, validity now, deny list.</summary>
    /// <exception cref="DkmException">UNAUTHENTICATED, with a reason and a sentence that may be shown to the caller.</exception>
    public PeerIdentity Verify(X509Certificate2 leaf, X509Certificate2Collection? intermediates) => throw new NotImplementedException();

    /// <summary>Lock one, for the handshake: a leaf that is valid now and leads to any of our CAs.</summary>
    public bool IsAnchored(X509Certificate2 leaf, X509Certificate2Collection? intermediates) => throw new NotImplementedException();

    /// <summary>For every call and every tick of a stream: valid now, not denied, and still under a trusted CA. Allocates nothing while trust stays the same.</summary>
    /// <exception cref="DkmException">UNAUTHENTICATED.</exception>
    public void Recheck(PeerIdentity peer) => throw new NotImplementedException();

    /// <summary>Looks at the files now instead of at the next tick.</summary>
    public void Reload() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
