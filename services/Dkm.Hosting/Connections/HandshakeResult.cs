namespace Dkm.Hosting;

using Dkm.Core;
using Dkm.Transport;

/// <summary>What the handshake found out: who it is, or why nobody will be served.</summary>
internal sealed record HandshakeResult(PeerIdentity? Peer, DkmException? Refusal)
{
    public static DkmException NoCertificate { get; } =
        new(ErrorKind.Unauthenticated, Reasons.CertificateRequired, "a client certificate is required");
}
