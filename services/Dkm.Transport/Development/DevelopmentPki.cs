namespace Dkm.Transport;

using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;

/// <summary>
/// Certificate authorities and identities for development, below <c>pki</c> of a DKM home. Never for production: the CA keys lie beside the rest.
/// </summary>
public static class DevelopmentPki
{
    /// <summary>The first administrator of a development home.</summary>
    public const string Administrator = "admin";

    /// <summary>A workload to begin with.</summary>
    public const string FirstWorkload = "mailbox-worker";

    internal const string AuthoritiesName = "ca";

    private static readonly TimeSpan AuthorityLifetime = TimeSpan.FromDays(3650);
    private static readonly TimeSpan LeafLifetime = TimeSpan.FromDays(365);

    /// <summary>A leaf of our own that ends sooner is made anew when a development server starts.</summary>
    private static readonly TimeSpan Remaining = TimeSpan.FromDays(30);

    /// <summary>Makes what is missing or about to end: a CA per class, the three services, <c>admin</c> and <c>mailbox-worker</c>. What is good stays.</summary>
    public static void Ensure(string home, string trustDomain, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        DkmHome.Ensure(home);
        PrivateFile.EnsureDirectory(Path.Combine(home, "pki"));
        PrivateFile.EnsureDirectory(Path.Combine(home, "pki", AuthoritiesName));
        foreach (var identityClass in Enum.GetValues<IdentityClass>())
        {
            EnsureAuthority(home, identityClass, trustDomain, time);
        }

        var denied = Path.Combine(home, "pki", "denied");
        if (!File.Exists(denied))
        {
            PrivateFile.Write(denied, "# One SHA-256 of a certificate (64 hex digits) a line. Read again within a second of a change.\n");
        }

        foreach (var (name, id) in FirstIdentities(trustDomain))
        {
            if (!IsGood(home, name, id, time))
            {
                Issue(home, name, id, time);
            }
        }
    }

    /// <summary>Issues <paramref name="id"/> from the CA of its class into <c>pki/&lt;name&gt;</c>, over what is there.</summary>
    /// <exception cref="DkmException">The name is no name, or the home has no CA yet.</exception>
    public static IdentityFiles Issue(string home, string name, SpiffeId id, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(id);
        CheckName(name);
        using var authority = CertificateAuthority.Load(AuthorityDirectory(home, id.Class), time);
        var isService = id.Class == IdentityClass.Service;
        var issued = authority.Issue(
            id, isService ? ["localhost"] : [], isService ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [], LeafLifetime);

        var directory = DkmHome.IdentityDirectory(home, name);
        var files = IdentityFiles.FromDirectory(directory);
        PrivateFile.EnsureDirectory(directory);
        PrivateFile.Write(files.KeyFile, issued.PrivateKeyPem);
        PrivateFile.Write(files.CertificateFile, issued.CertificatePem);
        PrivateFile.Write(files.CaFile, File.ReadAllText(AuthorityFile(home, IdentityClass.Service)));
        return files;
    }

    /// <summary>The trust of a server in this home: all four classes, and the deny list <c>pki/denied</c>.</summary>
    public static TrustOptions Trust(string home, string trustDomain) => new()
    {
        TrustDomain = trustDomain,
        WorkloadCaFile = AuthorityFile(home, IdentityClass.Workload),
        ServiceCaFile = AuthorityFile(home, IdentityClass.Service),
        HumanCaFile = AuthorityFile(home, IdentityClass.Human),
        ElevatedCaFile = AuthorityFile(home, IdentityClass.Elevated),
        DeniedFile = Path.Combine(home, "pki", "denied"),
    };

    private static IEnumerable<(string Name, SpiffeId Id)> FirstIdentities(string trustDomain) =>
    [
        ("access", SpiffeId.ForService(trustDomain, DkmService.Access)),
        ("keyring", SpiffeId.ForService(trustDomain, DkmService.KeyRing)),
        ("crypto", SpiffeId.ForService(trustDomain, DkmService.Crypto)),
        (Administrator, SpiffeId.Parse($"spiffe://{trustDomain}/human/{Administrator}")),
        (FirstWorkload, SpiffeId.Parse($"spiffe://{trustDomain}/ns/mail/sa/{FirstWorkload}")),
    ];

    /// <summary>Where the CA of a class lies: <c>ca.crt</c> and <c>ca.key</c>.</summary>
    public static string AuthorityDirectory(string home, IdentityClass identityClass) =>
        Path.Combine(home, "pki", AuthoritiesName, identityClass.ToString().ToLowerInvariant());

    private static string AuthorityFile(string home, IdentityClass identityClass) =>
        Path.Combine(AuthorityDirectory(home, identityClass), "ca.crt");

    private static void EnsureAuthority(string home, IdentityClass identityClass, string trustDomain, TimeProvider time)
    {
        var directory = AuthorityDirectory(home, identityClass);
        if (File.Exists(Path.Combine(directory, "ca.crt")))
        {
            return;
        }

        using var authority = CertificateAuthority.Create($"DKM development {identityClass} CA of {trustDomain}", AuthorityLifetime, time);
        authority.Save(directory);
    }

    /// <summary>There, of this identity, from the CA that this home has now, and good for a while yet.</summary>
    private static bool IsGood(string home, string name, SpiffeId id, TimeProvider time)
    {
        var files = IdentityFiles.FromDirectory(DkmHome.IdentityDirectory(home, name));
        if (!File.Exists(files.CertificateFile) || !File.Exists(files.KeyFile) || !File.Exists(files.CaFile))
        {
            return false;
        }

        try
        {
            using var leaf = X509CertificateLoader.LoadCertificateFromFile(files.CertificateFile);
            using var authority = X509CertificateLoader.LoadCertificateFromFile(AuthorityFile(home, id.Class));
            return LeafIdentity.TryRead(leaf, out var found)
                && found.Equals(id)
                && File.ReadAllText(files.CaFile) == File.ReadAllText(AuthorityFile(home, IdentityClass.Service))
                && ChainCheck.Run(leaf, intermediates: null, [authority], time.GetUtcNow() + Remaining).Trusted;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <summary>The name becomes a directory: nothing that climbs out of <c>pki</c>, and not the authorities' own.</summary>
    internal static void CheckName(string name)
    {
        if (string.IsNullOrEmpty(name) || name.Length > 63 || name == AuthoritiesName || !name.AsSpan().ContainsAnyInRange('a', 'z') || !IsPlain(name))
        {
            throw DkmException.Invalid("name", Reasons.InvalidField, "an identity's name is 1 to 63 of [a-z0-9-] with a letter in it, and not 'ca'");
        }
    }

    private static bool IsPlain(ReadOnlySpan<char> name)
    {
        foreach (var character in name)
        {
            if (!char.IsAsciiLetterLower(character) && !char.IsAsciiDigit(character) && character != '-')
            {
                return false;
            }
        }

        return true;
    }
}
