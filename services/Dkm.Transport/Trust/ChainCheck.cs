namespace Dkm.Transport;

using System;
using System.Security.Cryptography.X509Certificates;

/// <summary>What building a chain told: whether it leads to the given roots now, and from when to when all of it is valid.</summary>
internal readonly record struct ChainCheck(bool Trusted, X509ChainStatusFlags Problems, DateTimeOffset NotBefore, DateTimeOffset NotAfter)
{
    /// <summary>No real hierarchy is deeper, and each one more is work that a stranger may ask of us.</summary>
    private const int MaximumIntermediates = 4;

    /// <summary>Only a date is wrong: the chain itself leads to a root of ours.</summary>
    public bool OnlyOutOfTime => Problems is not X509ChainStatusFlags.NoError && (Problems & ~X509ChainStatusFlags.NotTimeValid) == 0;

    public static ChainCheck Run(
        X509Certificate2 leaf, X509Certificate2Collection? intermediates, X509Certificate2Collection anchors, DateTimeOffset now)
    {
        if (intermediates is { Count: > MaximumIntermediates })
        {
            return new ChainCheck(false, X509ChainStatusFlags.PartialChain, default, default);
        }

        using var chain = new X509Chain { ChainPolicy = Policy(anchors) };
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        if (intermediates is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(intermediates);
        }

        var trusted = chain.Build(leaf);
        var problems = X509ChainStatusFlags.NoError;
        foreach (var status in chain.ChainStatus)
        {
            problems |= status.Status;
        }

        var (notBefore, notAfter) = (DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
        foreach (var element in chain.ChainElements)
        {
            var certificate = element.Certificate;
            notBefore = Later(notBefore, certificate.NotBefore);
            notAfter = Earlier(notAfter, certificate.NotAfter);
            certificate.Dispose();
        }

        return new ChainCheck(trusted, problems, notBefore, notAfter);
    }

    /// <summary>
    /// Our roots alone, nothing fetched from addresses that a stranger's certificate names. Revocation is the deny list's matter: CRLs and
    /// OCSP would make every handshake depend on one more service.
    /// </summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection anchors)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(anchors);
        return policy;
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTime other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTime other) => one < other ? one : other;
}
