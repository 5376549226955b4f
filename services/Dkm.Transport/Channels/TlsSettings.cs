namespace Dkm.Transport;

using System;
using System.Net.Security;

/// <summary>The TLS of every DKM connection, both ends.</summary>
public static class TlsSettings
{
    /// <summary>
    /// What a server answers a handshake with: TLS 1.3, a client certificate required and passed through <see cref="TrustStore.IsAnchored"/> (lock one),
    /// no resumption, no downloads of intermediates, ALPN h2, the certificate of this moment. Made anew for each connection.
    /// </summary>
    public static SslServerAuthenticationOptions ForServer(CertificateSource certificates, TrustStore trust) => throw new NotImplementedException();
}
