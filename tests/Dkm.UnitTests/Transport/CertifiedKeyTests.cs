namespace Dkm.UnitTests.Transport;

using System;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Dkm.Core;
using Dkm.Testing.Certificates;
using Dkm.Transport;
using Xunit;

/// <summary>Certification requests, and the certificates of elevations that come of them.</summary>
public sealed class CertifiedKeyTests
{
    private const string Elevated = "spiffe://dkm.test/elevated/019ab0c1-9e3f-7c3a-8f3e-2b1d4c5e6f70";

    [Theory]
    [InlineData("P-256", true)]
    [InlineData("P-384", true)]
    [InlineData("P-521", false)]
    [InlineData("RSA-2048", false)]
    [InlineData("RSA-3072", true)]
    public void Read_KeyOfAKind_TakenOrRefused(string kind, bool good)
    {
        using var key = new RequestKey(kind);
        var der = key.Request("CN=x").CreateSigningRequest();

        var thrown = Record.Exception(() => CertifiedKey.Read(der, "certification_request")) as DkmException;

        Assert.Equal(good ? null : Reasons.CertificationRequest, thrown?.Reason);
    }

    [Fact]
    public void Read_PemAndDer_AreTheSameKey()
    {
        using var key = new RequestKey("P-256");

        Assert.True(CertifiedKey.Read(key.Request("CN=a").CreateSigningRequest(), "f").Digest.Span
            .SequenceEqual(CertifiedKey.Read(Encoding.ASCII.GetBytes(key.Request("CN=b").CreateSigningRequestPem()), "f").Digest.Span));
    }

    [Fact]
    public void Read_SignatureOfAnotherKeyOrAnyByteFlipped_Refused()
    {
        using var key = new RequestKey("P-256");
        var der = key.Request("CN=x").CreateSigningRequest();
        for (var i = 0; i < der.Length; i++)
        {
            var flipped = der.ToArray();
            flipped[i] ^= 1;
            Assert.Throws<DkmException>(() => CertifiedKey.Read(flipped, "f"));
        }
    }

    [Theory]
    [InlineData(0, Reasons.Required)]
    [InlineData(100, Reasons.CertificationRequest)]
    [InlineData(20_000, Reasons.TooLong)]
    public void Read_NoRequestAtAll_NamesTheField(int length, string reason)
    {
        var thrown = Assert.Throws<DkmException>(() => CertifiedKey.Read(new byte[length], "certification_request"));

        Assert.Equal((ErrorKind.InvalidArgument, "certification_request", reason), (thrown.Kind, thrown.Field, thrown.Reason));
    }

    [Theory]
    [InlineData("P-256")]
    [InlineData("RSA-3072")]
    public void Issue_RequestThatAsksForNamesAndRightsOfACa_HasNoneOfThem(string kind)
    {
        using var pki = new TestPki();
        using var key = new RequestKey(kind);
        var request = key.Request("CN=root");
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri("spiffe://dkm.test/ns/mail/sa/worker"));
        request.CertificateExtensions.Add(names.Build());
        var now = DateTimeOffset.UtcNow;

        var pem = LeafIssuing.Issue(pki.Elevated.Certificate, SpiffeId.Parse(Elevated), CertifiedKey.Read(request.CreateSigningRequest(), "f"), TimeSpan.FromMinutes(30), now);

        using var leaf = X509Certificate2.CreateFromPem(pem);
        using var trust = new TrustStore(pki.WriteTrust(), TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.Equal(Elevated, trust.Verify(leaf, null).Id.ToString());
        Assert.Equal(string.Empty, leaf.Subject);
        Assert.False(leaf.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, leaf.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        Assert.InRange(new DateTimeOffset(leaf.NotAfter), now.AddMinutes(30).AddSeconds(-1), now.AddMinutes(30));
    }

    [Fact]
    public void Issue_LongerThanTheAuthorityLives_EndsWithIt()
    {
        using var pki = new TestPki();
        using var key = new RequestKey("P-384");

        var pem = LeafIssuing.Issue(
            pki.Elevated.Certificate, SpiffeId.Parse(Elevated), CertifiedKey.Read(key.Request("CN=x").CreateSigningRequest(), "f"), TimeSpan.FromDays(9999), DateTimeOffset.UtcNow);

        using var leaf = X509Certificate2.CreateFromPem(pem);
        Assert.Equal(pki.Elevated.Certificate.NotAfter, leaf.NotAfter);
    }

    private sealed class RequestKey(string kind) : IDisposable
    {
        private readonly ECDsa? ec = kind[0] == 'P' ? ECDsa.Create(Curve(kind)) : null;
        private readonly RSA? rsa = kind[0] == 'R' ? RSA.Create(int.Parse(kind[4..], null)) : null;

        public CertificateRequest Request(string subject) => ec is not null
            ? new CertificateRequest(subject, ec, HashAlgorithmName.SHA256)
            : new CertificateRequest(subject, rsa!, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        public void Dispose()
        {
            ec?.Dispose();
            rsa?.Dispose();
        }

        private static ECCurve Curve(string kind) => kind switch
        {
            "P-256" => ECCurve.NamedCurves.nistP256,
            "P-384" => ECCurve.NamedCurves.nistP384,
            _ => ECCurve.NamedCurves.nistP521,
        };
    }
}
