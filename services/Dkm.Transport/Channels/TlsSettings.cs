namespace Dkm.Transport;

using System;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

/// <summary>The TLS of every DKM connection, both ends: TLS 1.3, no resumption (each connection proves both identities anew), HTTP/2 alone.</summary>
public static class TlsSettings
{
    /// <summary>
    /// TLS 1.3 and nothing else, but for macOS, where .NET's TLS offers 1.3 to clients only under <c>System.Net.Security.UseNetworkFramework</c>
    /// and never to servers: there 1.2 is allowed beside it.
    /// </summary>
    internal static SslProtocols Protocols { get; } =
        OperatingSystem.IsMacOS() ? SslProtocols.Tls12 | SslProtocols.Tls13 : SslProtocols.Tls13;

    /// <summary>
    /// What a server answers a handshake with: a client certificate required and passed through <see cref="TrustStore.IsAnchored"/> (lock one),
    /// no downloads of intermediates, the certificate of this moment. To be made anew for each connection.
    /// </summary>
    public static SslServerAuthenticationOptions ForServer(CertificateSource certificates, TrustStore trust)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        ArgumentNullException.ThrowIfNull(trust);
        return new SslServerAuthenticationOptions
        {
            EnabledSslProtocols = Protocols,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            ServerCertificateContext = certificates.Current,
            ClientCertificateRequired = true,
            CertificateChainPolicy = trust.HandshakePolicy,
            AllowTlsResume = false,
            AllowRenegotiation = false,
            RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
                certificate is X509Certificate2 leaf && trust.IsAnchored(leaf, Intermediates(chain)),
        };
    }

    /// <summary>
    /// What a client of a server that is no DKM service begins a handshake with: the chain must lead to the given CAs, and the host's name must stand
    /// in the certificate, as .NET checks it. Without <paramref name="certificates"/> none is shown. To be made anew for each connection.
    /// </summary>
    public static SslClientAuthenticationOptions ForNamedServer(string host, CertificateSource? certificates, AuthoritySource authorities)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        return new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = Protocols,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            ClientCertificateContext = certificates?.Current,
            CertificateChainPolicy = authorities.Policy,
            AllowTlsResume = false,
            AllowRenegotiation = false,
        };
    }

    internal static SslClientAuthenticationOptions ForClient(
        string host, CertificateSource? certificates, TrustStore trust, RemoteCertificateValidationCallback judge) => new()
        {
            TargetHost = host,
            EnabledSslProtocols = Protocols,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            ClientCertificateContext = certificates?.Current,
            CertificateChainPolicy = trust.HandshakePolicy,
            AllowTlsResume = false,
            AllowRenegotiation = false,
            RemoteCertificateValidationCallback = judge,
        };

    /// <summary>What the other side sent beside its leaf.</summary>
    internal static X509Certificate2Collection? Intermediates(X509Chain? chain) => chain?.ChainPolicy.ExtraStore;
}
