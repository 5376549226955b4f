namespace Dkm.Transport;

using System;
using System.Collections.Generic;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;

/// <summary>A CA of ECDSA P-256 for one class of identity.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private CertificateAuthority()
    {
    }

    /// <summary>The CA's own certificate.</summary>
    public X509Certificate2 Certificate => throw new NotImplementedException();

    public static CertificateAuthority Create(string name, TimeSpan lifetime, TimeProvider time) => throw new NotImplementedException();

    /// <summary>From <c>ca.crt</c> and <c>ca.key</c> of a directory.</summary>
    public static CertificateAuthority Load(string directory, TimeProvider time) => throw new NotImplementedException();

    /// <summary>To <c>ca.crt</c> and <c>ca.key</c> (0600) of a directory (0700).</summary>
    public void Save(string directory) => throw new NotImplementedException();

    public IssuedCertificate Issue(SpiffeId id, IEnumerable<string> dnsNames, IEnumerable<IPAddress> addresses, TimeSpan lifetime) =>
        throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
