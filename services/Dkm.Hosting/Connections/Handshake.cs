namespace Dkm.Hosting;

using System.Linq;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Https;

/// <summary>
/// Lock one: the handshake lets only certificates in that lead to one of our CAs. Lock two begins here as well: the full judgement is made once and kept
/// with the connection. A certificate that passes the first and fails the second (two URI SANs, the wrong CA for its class) gets an answer with the reason instead of a cut line.
/// </summary>
internal sealed class Handshake(CertificateSource certificates, TrustStore trust)
{
    public TlsHandshakeCallbackOptions ForKestrel(LimitOptions limits) => new()
    {
        OnConnection = context => ValueTask.FromResult(ForConnection(context.Connection)),
        HandshakeTimeout = limits.Handshake,
    };

    private SslServerAuthenticationOptions ForConnection(BaseConnectionContext connection)
    {
        var tls = TlsSettings.ForServer(certificates, trust);
        var lockOne = tls.RemoteCertificateValidationCallback!;
        tls.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            if (!lockOne(sender, certificate, chain, errors) || certificate is not X509Certificate2 leaf)
            {
                return false;
            }

            connection.Features.Set(Judge(leaf, chain));
            return true;
        };
        return tls;
    }

    private HandshakeResult Judge(X509Certificate2 leaf, X509Chain? chain)
    {
        try
        {
            return new HandshakeResult(trust.Verify(leaf, chain is null ? null : [.. chain.ChainPolicy.ExtraStore.Cast<X509Certificate2>()]), null);
        }
        catch (DkmException refusal)
        {
            return new HandshakeResult(null, refusal);
        }
    }
}
