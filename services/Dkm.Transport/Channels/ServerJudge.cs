namespace Dkm.Transport;

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;

/// <summary>Accepts a server only under the one identity that was meant, and remembers why not otherwise. One per handshake.</summary>
internal sealed class ServerJudge
{
    private readonly SpiffeId expected;
    private readonly TrustStore trust;

    public ServerJudge(SpiffeId expected, TrustStore trust)
    {
        this.expected = expected;
        this.trust = trust;
    }

    public PeerIdentity? Peer { get; private set; }

    public DkmException? Refusal { get; private set; }

    public DkmException Refuse(string seen) => new(
        ErrorKind.Unauthenticated, Reasons.ServerIdentity, $"the server is not the one meant: expected {expected}, seen {seen}");

    /// <summary>The shape of <see cref="RemoteCertificateValidationCallback"/>. Host names play no part: the SPIFFE ID is the identity.</summary>
    public bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 leaf)
        {
            Refusal = Refuse("a server without a certificate");
            return false;
        }

        try
        {
            var peer = trust.Verify(leaf, TlsSettings.Intermediates(chain));
            if (peer.Id.Equals(expected))
            {
                Peer = peer;
                return true;
            }

            Refusal = Refuse(peer.Id.ToString());
        }
        catch (DkmException exception)
        {
            Refusal = Refuse($"{SvidLeaf.Describe(leaf)}, which is not accepted: {exception.Message}");
        }

        return false;
    }
}
