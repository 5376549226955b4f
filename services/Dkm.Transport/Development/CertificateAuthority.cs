namespace Dkm.Transport;

using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;

/// <summary>A CA of ECDSA P-256 for one class of identity.</summary>
public sealed class CertificateAuthority : IDisposable
{
    /// <summary>A leaf is usable at once on a machine whose clock is a little behind.</summary>
    private static readonly TimeSpan Backdating = TimeSpan.FromMinutes(1);

    private readonly TimeProvider time;

    private CertificateAuthority(X509Certificate2 certificate, TimeProvider time)
    {
        Certificate = certificate;
        this.time = time;
    }

    /// <summary>The CA's own certificate, with its key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>A root that signs leaves and no other CA.</summary>
    public static CertificateAuthority Create(string name, TimeSpan lifetime, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority(pathLengthConstraint: 0));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        return new CertificateAuthority(request.CreateSelfSigned(now - Backdating, now + lifetime), time);
    }

    /// <summary>From <c>ca.crt</c> and <c>ca.key</c> of a directory.</summary>
    /// <exception cref="DkmException">They cannot be used.</exception>
    public static CertificateAuthority Load(string directory, TimeProvider time)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPemFile(Path.Combine(directory, "ca.crt"), Path.Combine(directory, "ca.key"));
            return new CertificateAuthority(certificate, time);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new DkmException(
                ErrorKind.FailedPrecondition,
                Reasons.CertificateFiles,
                $"the CA in {directory} cannot be used: {exception.Message}",
                innerException: exception);
        }
    }

    /// <summary>To <c>ca.crt</c> and <c>ca.key</c> (0600) of a directory (0700).</summary>
    public void Save(string directory)
    {
        PrivateFile.EnsureDirectory(directory);
        using var key = Certificate.GetECDsaPrivateKey() ?? throw new InvalidOperationException("this CA has no ECDSA key");
        PrivateFile.Write(Path.Combine(directory, "ca.key"), key.ExportPkcs8PrivateKeyPem());
        PrivateFile.Write(Path.Combine(directory, "ca.crt"), Certificate.ExportCertificatePem());
    }

    /// <summary>An X.509-SVID with a key of its own. It never outlives the CA.</summary>
    public IssuedCertificate Issue(SpiffeId id, IEnumerable<string> dnsNames, IEnumerable<IPAddress> addresses, TimeSpan lifetime)
    {
        ArgumentNullException.ThrowIfNull(id);

        // The subject is empty, since the URI is the name; RFC 5280 section 4.1.2.6 then wants the alternative names critical.
        var names = new X509Extension(SubjectAlternativeNames.Oid, SubjectAlternativeNames.Write(id.ToString(), dnsNames, addresses), critical: true);
        return Issue(string.Empty, names, isServer: true, lifetime);
    }

    /// <summary>A leaf for what knows no SPIFFE IDs, such as etcd: it is called by its common name.</summary>
    public IssuedCertificate IssueNamed(string commonName, IReadOnlyCollection<string> dnsNames, IEnumerable<IPAddress> addresses, bool isServer, TimeSpan lifetime)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in (IEnumerable<string>)[commonName, .. dnsNames])
        {
            names.AddDnsName(name);
        }

        foreach (var address in addresses)
        {
            names.AddIpAddress(address);
        }

        return Issue($"CN={commonName}", names.Build(), isServer, lifetime);
    }

    public void Dispose() => Certificate.Dispose();

    private IssuedCertificate Issue(string subject, X509Extension names, bool isServer, TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName(subject), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            isServer ? [new Oid(SvidLeaf.ServerAuthenticationOid), new Oid(SvidLeaf.ClientAuthenticationOid)] : [new Oid(SvidLeaf.ClientAuthenticationOid)],
            critical: false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false));

        var now = time.GetUtcNow();
        var end = now + lifetime;
        var notAfter = end < Certificate.NotAfter ? end : Certificate.NotAfter;
        var notBefore = now - Backdating > Certificate.NotBefore ? now - Backdating : Certificate.NotBefore;
        using var leaf = request.Create(Certificate, notBefore, notAfter, SerialNumbers.Next());
        return new IssuedCertificate(leaf.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
