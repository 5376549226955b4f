namespace Dkm.Testing.Certificates;

using System;
using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

/// <summary>
/// A CA that issues whatever it is asked for. Written for itself, and not with Dkm.Transport's own issuing, so that one mistake cannot hide in both.
/// </summary>
public sealed class TestAuthority : IDisposable
{
    private const string NamesOid = "2.5.29.17";

    /// <summary>As long as the other in DER. .NET itself refuses to issue a certificate with one extension twice.</summary>
    private const string PlaceholderOid = "2.5.29.99";

    private readonly TimeProvider time;

    /// <summary>A root.</summary>
    public TestAuthority(string name, TimeProvider time)
        : this(SelfSigned(name, time), time)
    {
    }

    private TestAuthority(X509Certificate2 certificate, TimeProvider time)
    {
        Certificate = certificate;
        this.time = time;
    }

    public X509Certificate2 Certificate { get; }

    public string Pem => Certificate.ExportCertificatePem();

    /// <summary>Issues with any certificate that has its key, a CA's or not.</summary>
    public static TestAuthority Of(X509Certificate2 certificate, TimeProvider time) => new(certificate, time);

    /// <summary>A CA below this one.</summary>
    public TestAuthority CreateIntermediate(string name) => new(
        Issue(new CertificateSpec
        {
            Subject = $"CN={name}",
            IsAuthority = true,
            KeyUsage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign,
        }),
        time);

    /// <summary>With its private key.</summary>
    public X509Certificate2 Issue(CertificateSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(spec, key);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(Certificate, true, false));
        using var signer = Certificate.GetECDsaPrivateKey()!;
        var now = time.GetUtcNow();

        // This overload signs what it is given; the friendlier ones refuse what a test wants wrong.
        using var bare = request.Create(
            Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(signer), now + spec.Begin, now + spec.End, SerialNumber());
        using var final = spec.NamesTwice ? X509CertificateLoader.LoadCertificate(DoubleNames(bare.RawData, signer)) : null;
        return (final ?? bare).CopyWithPrivateKey(key);
    }

    /// <summary>Signed by its own key and by nobody's CA.</summary>
    public static X509Certificate2 SelfSign(CertificateSpec spec, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(time);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = time.GetUtcNow();
        return Request(spec, key).CreateSelfSigned(now + spec.Begin, now + spec.End);
    }

    public void Dispose() => Certificate.Dispose();

    private static X509Certificate2 SelfSigned(string name, TimeProvider time) => SelfSign(
        new CertificateSpec
        {
            Subject = $"CN={name}",
            IsAuthority = true,
            KeyUsage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign,
            Begin = TimeSpan.FromDays(-30),
            End = TimeSpan.FromDays(3650),
        },
        time);

    private static CertificateRequest Request(CertificateSpec spec, ECDsa key)
    {
        var request = new CertificateRequest(new X500DistinguishedName(spec.Subject), key, HashAlgorithmName.SHA256);
        var extensions = request.CertificateExtensions;
        extensions.Add(new X509BasicConstraintsExtension(spec.IsAuthority, false, 0, critical: true));
        extensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        if (spec.KeyUsage is { } usage)
        {
            extensions.Add(new X509KeyUsageExtension(usage, spec.KeyUsageCritical));
        }

        if (spec.ExtendedKeyUsage is { } purposes)
        {
            var oids = new OidCollection();
            foreach (var purpose in purposes)
            {
                oids.Add(new Oid(purpose));
            }

            extensions.Add(new X509EnhancedKeyUsageExtension(oids, critical: false));
        }

        if (spec.Uris.Count + spec.DnsNames.Count > 0 || spec.Loopback)
        {
            extensions.Add(new X509Extension(NamesOid, AlternativeNames(spec), critical: false));
            if (spec.NamesTwice)
            {
                extensions.Add(new X509Extension(PlaceholderOid, AlternativeNames(spec), critical: false));
            }
        }

        return request;
    }

    /// <summary>Turns the placeholder into a second SAN extension and signs again.</summary>
    private static byte[] DoubleNames(byte[] certificate, ECDsa signer)
    {
        var reader = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence();
        var body = reader.ReadEncodedValue().ToArray();
        var algorithm = reader.ReadEncodedValue();
        body[body.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x06, 0x03, 0x55, 0x1D, 99]) + 4] = 17;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(body);
            writer.WriteEncodedValue(algorithm.Span);
            writer.WriteBitString(signer.SignData(body, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        }

        return writer.Encode();
    }

    private static byte[] AlternativeNames(CertificateSpec spec)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var uri in spec.Uris)
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
            }

            foreach (var name in spec.DnsNames)
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, name, new Asn1Tag(TagClass.ContextSpecific, 2));
            }

            if (spec.Loopback)
            {
                writer.WriteOctetString(IPAddress.Loopback.GetAddressBytes(), new Asn1Tag(TagClass.ContextSpecific, 7));
                writer.WriteOctetString(IPAddress.IPv6Loopback.GetAddressBytes(), new Asn1Tag(TagClass.ContextSpecific, 7));
            }
        }

        return writer.Encode();
    }

    private static byte[] SerialNumber()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        return serial;
    }
}
