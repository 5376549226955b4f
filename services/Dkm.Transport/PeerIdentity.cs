namespace Dkm.Transport;

using System;
using Dkm.Core;

/// <summary>Who is at the other end, as verified by a <see cref="TrustStore"/>.</summary>
public sealed class PeerIdentity
{
    internal PeerIdentity(SpiffeId id, DateTimeOffset notBefore, DateTimeOffset notAfter, string sha256Thumbprint)
    {
        Id = id;
        NotBefore = notBefore;
        NotAfter = notAfter;
        Sha256Thumbprint = sha256Thumbprint;
    }

    public SpiffeId Id { get; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    /// <summary>SHA-256 of the leaf, 64 lower-case hex digits: what stands in the deny list.</summary>
    public string Sha256Thumbprint { get; }

    public override string ToString() => Id.ToString();
}
