namespace Dkm.Transport;

using System;
using System.Collections.Generic;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using Dkm.Core;

/// <summary>Who is at the other end, as verified by a <see cref="TrustStore"/>.</summary>
public sealed class PeerIdentity
{
    private PeerVerdict verdict;

    internal PeerIdentity(
        SpiffeId id, ChainCheck chain, string sha256Thumbprint, byte[] leaf, IReadOnlyList<byte[]> intermediates, PeerVerdict verdict)
    {
        Leaf = leaf;
        Intermediates = intermediates;
        Id = id;
        NotBefore = chain.NotBefore;
        NotAfter = chain.NotAfter;
        Sha256Thumbprint = sha256Thumbprint;
        this.verdict = verdict;
    }

    public SpiffeId Id { get; }

    /// <summary>From here the whole chain is valid, the CA included.</summary>
    public DateTimeOffset NotBefore { get; }

    /// <summary>Until here the whole chain is valid, the CA included.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>SHA-256 of the leaf, 64 lower-case hex digits: what stands in the deny list.</summary>
    public string Sha256Thumbprint { get; }

    /// <summary>DER of leaf and intermediates: kept as bytes, since the connection's own objects are disposed with it.</summary>
    internal byte[] Leaf { get; }

    internal IReadOnlyList<byte[]> Intermediates { get; }

    internal PeerVerdict Verdict
    {
        get => Volatile.Read(ref verdict);
        set => Volatile.Write(ref verdict, value);
    }

    public override string ToString() => Id.ToString();

    internal ChainCheck CheckChain(TrustBundle bundle, DateTimeOffset now)
    {
        using var leaf = X509CertificateLoader.LoadCertificate(Leaf);
        var intermediates = new X509Certificate2Collection();
        try
        {
            foreach (var certificate in Intermediates)
            {
                intermediates.Add(X509CertificateLoader.LoadCertificate(certificate));
            }

            return ChainCheck.Run(leaf, intermediates, bundle.Anchors, now);
        }
        finally
        {
            foreach (var certificate in intermediates)
            {
                certificate.Dispose();
            }
        }
    }
}
