namespace Dkm.Transport;

using System;
using System.Collections.Generic;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;

/// <summary>
/// The leaf rules of the X.509-SVID standard, and the SPIFFE ID of a certificate that keeps them. A common name or a DNS name is never an identity.
/// </summary>
internal static class SvidLeaf
{
    public const string ServerAuthenticationOid = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuthenticationOid = "1.3.6.1.5.5.7.3.2";

    private const string BasicConstraintsOid = "2.5.29.19";
    private const string KeyUsageOid = "2.5.29.15";
    private const string ExtendedKeyUsageOid = "2.5.29.37";

    /// <exception cref="DkmException">UNAUTHENTICATED CERTIFICATE_REJECTED, with the rule that is broken.</exception>
    public static SpiffeId Read(X509Certificate2 leaf)
    {
        try
        {
            var id = ReadId(leaf);
            CheckIsLeaf(leaf);
            CheckKeyUsage(leaf);
            CheckExtendedKeyUsage(leaf);
            return id;
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException)
        {
            throw Rejection.Of("an extension of the certificate is malformed", exception);
        }
    }

    /// <summary>What a refused certificate says of itself, for messages only.</summary>
    public static string Describe(X509Certificate2 certificate)
    {
        try
        {
            var uris = Find(certificate, SubjectAlternativeNames.Oid) is { } names ? SubjectAlternativeNames.ReadUris(names.RawData) : [];
            return uris.Count == 0 ? "a certificate without a URI SAN" : string.Join(" and ", uris);
        }
        catch (Exception exception) when (exception is AsnContentException or DkmException)
        {
            return "a malformed certificate";
        }
    }

    public static void CheckIsLeaf(X509Certificate2 leaf)
    {
        if (Find(leaf, BasicConstraintsOid) is X509BasicConstraintsExtension { CertificateAuthority: true })
        {
            throw Rejection.Of("a CA certificate is nobody's identity");
        }
    }

    private static SpiffeId ReadId(X509Certificate2 leaf)
    {
        List<string> uris = Find(leaf, SubjectAlternativeNames.Oid) is { } names ? SubjectAlternativeNames.ReadUris(names.RawData) : [];
        if (uris.Count != 1)
        {
            throw Rejection.Of($"a certificate has exactly one URI SAN, this one has {uris.Count}; a common name is never used");
        }

        return SpiffeId.TryParse(uris[0], out var id, out var problem)
            ? id
            : throw Rejection.Of($"the URI SAN is not the canonical spelling of a DKM identity: {problem}");
    }

    private static void CheckKeyUsage(X509Certificate2 leaf)
    {
        if (Find(leaf, KeyUsageOid) is not X509KeyUsageExtension { Critical: true } usage
            || !usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature))
        {
            throw Rejection.Of("a leaf has a critical key usage with digitalSignature");
        }

        if ((usage.KeyUsages & (X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign)) != 0)
        {
            throw Rejection.Of("a leaf's key usage has neither keyCertSign nor cRLSign");
        }
    }

    /// <summary>Standard, section 4.4: it may be absent; where it is, both must be in it, since every service is a client too.</summary>
    private static void CheckExtendedKeyUsage(X509Certificate2 leaf)
    {
        if (Find(leaf, ExtendedKeyUsageOid) is not X509EnhancedKeyUsageExtension { EnhancedKeyUsages: var usages })
        {
            return;
        }

        if (usages[ServerAuthenticationOid] is null || usages[ClientAuthenticationOid] is null)
        {
            throw Rejection.Of("an extended key usage, where there is one, has both serverAuth and clientAuth");
        }
    }

    /// <summary>An extension given twice has two meanings, and RFC 5280 section 4.2 forbids it.</summary>
    private static X509Extension? Find(X509Certificate2 certificate, string oid)
    {
        X509Extension? found = null;
        foreach (var extension in certificate.Extensions)
        {
            if (string.Equals(extension.Oid?.Value, oid, StringComparison.Ordinal))
            {
                found = found is null ? extension : throw Rejection.Of("an extension stands twice in the certificate");
            }
        }

        return found;
    }
}
