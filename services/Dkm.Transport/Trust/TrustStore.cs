namespace Dkm.Transport;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using Dkm.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// Judges certificates: the class of an identity is read from its SPIFFE path, and the chain must lead to that class's own bundle.
/// Bundles and deny list are read again when they change; a broken new file keeps the old one.
/// </summary>
public sealed class TrustStore : IDisposable
{
    private readonly string trustDomain;
    private readonly TimeProvider time;
    private readonly TrustFiles files;
    private readonly ReloadTimer timer;
    private TrustSnapshot current;

    /// <exception cref="DkmException">A file cannot be read; all mistakes are told together.</exception>
    public TrustStore(TrustOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        trustDomain = options.TrustDomain;
        this.time = time;
        files = new TrustFiles(options, logger);
        current = files.Snapshot(version: 1);
        timer = new ReloadTimer(time, Look);
    }

    /// <summary>Rises when a bundle or the deny list changes.</summary>
    public long Version => Current.Version;

    /// <summary>What is wrong with the files as they are now, while older content is in force; null if nothing is.</summary>
    public string? Trouble => files.Trouble;

    internal X509ChainPolicy HandshakePolicy => ChainCheck.Policy(Current.AllAnchors);

    private TrustSnapshot Current => Volatile.Read(ref current);

    /// <summary>The whole judgement: leaf rules of the X.509-SVID standard, class, chain to the CA of that class, validity now, deny list.</summary>
    /// <exception cref="DkmException">UNAUTHENTICATED, with a reason and a sentence that may be shown to the caller.</exception>
    public PeerIdentity Verify(X509Certificate2 leaf, X509Certificate2Collection? intermediates)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        var trust = Current;
        var now = time.GetUtcNow();
        var id = SvidLeaf.Read(leaf);
        if (!string.Equals(id.TrustDomain, trustDomain, StringComparison.Ordinal))
        {
            throw Rejection.Of($"the trust domain here is {trustDomain}, the certificate's is {id.TrustDomain}");
        }

        var thumbprint = Convert.ToHexStringLower(leaf.GetCertHash(HashAlgorithmName.SHA256));
        if (trust.Denied.Contains(thumbprint))
        {
            throw Rejection.Denied(thumbprint);
        }

        var bundle = trust.Bundles.GetValueOrDefault(id.Class)
            ?? throw Rejection.Of(Reasons.IdentityClassMismatch, $"no CA is trusted here to vouch for {Words(id.Class)} identities");
        var chain = ChainCheck.Run(leaf, intermediates, bundle.Anchors, now);
        if (!chain.Trusted)
        {
            throw Explain(id, leaf, intermediates, chain, trust, now);
        }

        var others = intermediates?.Select(certificate => certificate.RawData).ToArray() ?? [];
        return new PeerIdentity(id, chain, thumbprint, leaf.RawData, others, new PeerVerdict(trust, bundle, Refusal: null));
    }

    /// <summary>Lock one, for the handshake: a leaf that is valid now and leads to any of our CAs.</summary>
    public bool IsAnchored(X509Certificate2 leaf, X509Certificate2Collection? intermediates)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        try
        {
            SvidLeaf.CheckIsLeaf(leaf);
        }
        catch (Exception exception) when (exception is DkmException or CryptographicException)
        {
            return false;
        }

        return ChainCheck.Run(leaf, intermediates, Current.AllAnchors, time.GetUtcNow()).Trusted;
    }

    /// <summary>For every call and every tick of a stream: valid now, not denied, and still under a trusted CA. Allocates nothing while trust stays the same.</summary>
    /// <exception cref="DkmException">UNAUTHENTICATED.</exception>
    public void Recheck(PeerIdentity peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        var now = time.GetUtcNow();
        if (now < peer.NotBefore || now >= peer.NotAfter)
        {
            throw Rejection.OutOfTime(peer.NotBefore, peer.NotAfter, now);
        }

        var trust = Current;
        var verdict = peer.Verdict;
        if (!ReferenceEquals(verdict.Trust, trust))
        {
            verdict = Judge(peer, verdict, trust, now);
            peer.Verdict = verdict;
        }

        if (verdict.Refusal is { } refusal)
        {
            throw Rejection.Of(refusal.Reason, refusal.Message);
        }
    }

    /// <summary>Looks at the files now instead of at the next tick.</summary>
    public void Reload() => timer.Now();

    public void Dispose() => timer.Dispose();

    private static string Words(IdentityClass identityClass) => identityClass.ToString().ToLowerInvariant();

    private static PeerVerdict Judge(PeerIdentity peer, PeerVerdict earlier, TrustSnapshot trust, DateTimeOffset now)
    {
        var bundle = trust.Bundles.GetValueOrDefault(peer.Id.Class);
        if (trust.Denied.Contains(peer.Sha256Thumbprint))
        {
            // The bundle is not taken over: a certificate taken off the list again has its chain checked again.
            return new PeerVerdict(trust, Bundle: null, Rejection.Denied(peer.Sha256Thumbprint));
        }

        var stands = bundle is not null && (ReferenceEquals(bundle, earlier.Bundle) || peer.CheckChain(bundle, now).Trusted);
        return stands
            ? new PeerVerdict(trust, bundle, Refusal: null)
            : new PeerVerdict(trust, Bundle: null, Rejection.Of($"the CA that vouched for {peer.Id} is no longer trusted for {Words(peer.Id.Class)} identities"));
    }

    private static DkmException Explain(
        SpiffeId id, X509Certificate2 leaf, X509Certificate2Collection? intermediates, ChainCheck chain, TrustSnapshot trust, DateTimeOffset now)
    {
        if (chain.OnlyOutOfTime)
        {
            return Rejection.OutOfTime(chain.NotBefore, chain.NotAfter, now);
        }

        foreach (var (other, bundle) in trust.Bundles)
        {
            if (other != id.Class && ChainCheck.Run(leaf, intermediates, bundle.Anchors, now).Trusted)
            {
                return Rejection.Of(Reasons.IdentityClassMismatch, $"the {Words(other)} CA may not vouch for {id}, which is a {Words(id.Class)} identity");
            }
        }

        return Rejection.Of($"no CA that is trusted here for {Words(id.Class)} identities vouches for {id}");
    }

    private void Look()
    {
        if (files.Reload())
        {
            Volatile.Write(ref current, files.Snapshot(current.Version + 1));
        }
    }
}
