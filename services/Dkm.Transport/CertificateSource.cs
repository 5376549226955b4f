namespace Dkm.Transport;

using System;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;
using Microsoft.Extensions.Logging;

/// <summary>Our own certificate and key, read again when the files change. A broken new pair keeps the old one.</summary>
public sealed class CertificateSource : IDisposable
{
    /// <summary>The certificate file holds the leaf first, then its intermediates; the key file the leaf's private key, unencrypted; both PEM.</summary>
    /// <exception cref="DkmException">The first pair cannot be used.</exception>
    public CertificateSource(string certificateFile, string keyFile, TimeProvider time, ILogger logger) => throw new NotImplementedException();

    /// <summary>What to show in a handshake that starts now.</summary>
    public SslStreamCertificateContext Current => throw new NotImplementedException();

    /// <summary>The leaf of <see cref="Current"/>.</summary>
    public X509Certificate2 Leaf => throw new NotImplementedException();

    /// <summary>Rises with every new certificate.</summary>
    public long Version => throw new NotImplementedException();

    /// <summary>Looks at the files now instead of at the next tick.</summary>
    public void Reload() => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
