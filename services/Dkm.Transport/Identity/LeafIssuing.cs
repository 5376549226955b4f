namespace Dkm.Transport;

using System;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;

/// <summary>Issues an X.509-SVID for somebody else's key. All that is in it is said here.</summary>
public static class LeafIssuing
{
    /// <summary>A leaf is usable at once on a machine whose clock is a little behind.</summary>
    private static readonly TimeSpan Backdating = TimeSpan.FromMinutes(1);

    /// <param name="authority">The CA, with its private key.</param>
    /// <param name="id">Whose certificate.</param>
    /// <param name="key">The key that was proven.</param>
    /// <param name="remaining">How long it is valid from now on; cut to whole seconds, and to the CA's own end.</param>
    /// <param name="now">The time.</param>
    /// <returns>PEM.</returns>
    public static string Issue(X509Certificate2 authority, SpiffeId id, CertifiedKey key, TimeSpan remaining, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(authority);
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(key);
        var request = new CertificateRequest(new X500DistinguishedName(string.Empty), key.PublicKey, HashAlgorithmName.SHA256);

        // The subject is empty, since the URI is the name; RFC 5280 section 4.1.2.6 then wants the alternative names critical.
        request.CertificateExtensions.Add(new X509Extension(SubjectAlternativeNames.Oid, SubjectAlternativeNames.Write(id.ToString(), [], []), critical: true));
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid(SvidLeaf.ServerAuthenticationOid), new Oid(SvidLeaf.ClientAuthenticationOid)], critical: false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));

        var end = now + remaining;
        var notAfter = end < authority.NotAfter ? new DateTimeOffset(end.UtcTicks - (end.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero) : authority.NotAfter;
        var notBefore = now - Backdating > authority.NotBefore ? now - Backdating : authority.NotBefore;
        using var leaf = Sign(authority, request, notBefore, notAfter);
        return leaf.ExportCertificatePem();
    }

    private static X509Certificate2 Sign(X509Certificate2 authority, CertificateRequest request, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        // The key of the leaf may be of another kind than the CA's, so the CA's signs by a generator.
        if (authority.GetECDsaPrivateKey() is { } ecdsa)
        {
            using (ecdsa)
            {
                return request.Create(authority.SubjectName, X509SignatureGenerator.CreateForECDsa(ecdsa), notBefore, notAfter, SerialNumbers.Next());
            }
        }

        using var rsa = authority.GetRSAPrivateKey() ?? throw new DkmException(
            ErrorKind.FailedPrecondition, Reasons.NoElevationCa, "the CA for elevations has neither an ECDSA nor an RSA key");
        return request.Create(authority.SubjectName, X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1), notBefore, notAfter, SerialNumbers.Next());
    }
}
