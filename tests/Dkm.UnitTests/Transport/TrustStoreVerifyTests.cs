namespace Dkm.UnitTests.Transport;

using System;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;
using Dkm.Testing.Certificates;
using Dkm.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

public sealed class TrustStoreVerifyTests : IDisposable
{
    private readonly TestPki pki = new();
    private readonly TrustStore trust;

    public TrustStoreVerifyTests() => trust = new TrustStore(pki.WriteTrust(), pki.Time, NullLogger.Instance);

    public static TheoryData<string> Bad => [.. BadCertificates.Names];

    [Theory]
    [InlineData("/ns/mail/sa/worker", IdentityClass.Workload)]
    [InlineData("/ns/Mail_1/sa/Worker.2", IdentityClass.Workload)]
    [InlineData("/dkm/access", IdentityClass.Service)]
    [InlineData("/dkm/keyring", IdentityClass.Service)]
    [InlineData("/dkm/crypto", IdentityClass.Service)]
    [InlineData("/human/ada", IdentityClass.Human)]
    [InlineData("/elevated/0198f0", IdentityClass.Elevated)]
    public void Verify_GoodLeaf_TellsTheIdentity(string path, IdentityClass identityClass)
    {
        using var leaf = pki.Issue(path);

        var peer = trust.Verify(leaf, null);

        Assert.Equal(TestPki.Id(path), peer.Id.ToString());
        Assert.Equal(identityClass, peer.Id.Class);
        Assert.Equal(leaf.NotAfter.ToUniversalTime(), peer.NotAfter.UtcDateTime);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(leaf.RawData)), peer.Sha256Thumbprint);
        Assert.True(trust.IsAnchored(leaf, null));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void Verify_BadLeaf_IsRefused(string name)
    {
        var bad = BadCertificates.Get(name);
        using var leaf = bad.Make(pki);

        var refusal = Assert.Throws<DkmException>(() => trust.Verify(leaf, null));

        Assert.Equal(ErrorKind.Unauthenticated, refusal.Kind);
        Assert.Equal(bad.Reason, refusal.Reason);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void IsAnchored_BadLeaf_IsWhatTheTableSays(string name)
    {
        var bad = BadCertificates.Get(name);
        using var leaf = bad.Make(pki);

        Assert.Equal(bad.PassesHandshake, trust.IsAnchored(leaf, null));
    }

    [Fact]
    public void Verify_ExtraDnsNames_AreNoMatter()
    {
        using var leaf = pki.Service.Issue(TestPki.Leaf("/dkm/keyring") with { DnsNames = ["keyring.dkm.svc", "*.dkm.svc"] });

        Assert.Equal(DkmService.KeyRing, trust.Verify(leaf, null).Id.Service);
    }

    [Fact]
    public void Verify_BothExtendedKeyUsages_AreAccepted()
    {
        var spec = TestPki.Leaf("/human/ada") with { ExtendedKeyUsage = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"] };
        using var leaf = pki.Human.Issue(spec);

        Assert.Equal("ada", trust.Verify(leaf, null).Id.Person);
    }

    [Fact]
    public void Verify_ThroughAnIntermediate_NeedsIt()
    {
        using var intermediate = pki.Workload.CreateIntermediate("second workload CA");
        using var leaf = intermediate.Issue(TestPki.Leaf("/ns/mail/sa/worker"));

        Assert.Throws<DkmException>(() => trust.Verify(leaf, null));
        Assert.Equal(TestPki.Id("/ns/mail/sa/worker"), trust.Verify(leaf, [intermediate.Certificate]).Id.ToString());
    }

    [Fact]
    public void Verify_IntermediateThatEndsFirst_EndsTheIdentity()
    {
        using var intermediate = pki.Workload.CreateIntermediate("second workload CA");
        using var leaf = intermediate.Issue(TestPki.Leaf("/ns/mail/sa/worker") with { End = TimeSpan.FromDays(400) });

        Assert.Equal(
            intermediate.Certificate.NotAfter.ToUniversalTime(),
            trust.Verify(leaf, [intermediate.Certificate]).NotAfter.UtcDateTime);
    }

    [Fact]
    public void Verify_IntermediateOfAnotherClass_IsRefused()
    {
        using var intermediate = pki.Workload.CreateIntermediate("second workload CA");
        using var leaf = intermediate.Issue(TestPki.Leaf("/human/eve"));

        var refusal = Assert.Throws<DkmException>(() => trust.Verify(leaf, [intermediate.Certificate]));

        Assert.Equal(Reasons.IdentityClassMismatch, refusal.Reason);
    }

    [Fact]
    public void Verify_PileOfIntermediates_IsRefusedUnread()
    {
        using var leaf = pki.Issue("/ns/mail/sa/worker");
        var pile = new X509Certificate2Collection(Enumerable.Repeat(pki.Stranger.Certificate, 5).ToArray());

        Assert.Throws<DkmException>(() => trust.Verify(leaf, pile));
    }

    [Fact]
    public void Verify_TheRootItself_IsRefused()
    {
        Assert.Throws<DkmException>(() => trust.Verify(pki.Workload.Certificate, null));
        Assert.False(trust.IsAnchored(pki.Workload.Certificate, null));
    }

    [Fact]
    public void Verify_ClassWithoutBundle_IsRefused()
    {
        using var clientTrust = new TrustStore(
            pki.WriteTrust() with { WorkloadCaFile = null, HumanCaFile = null, ElevatedCaFile = null }, pki.Time, NullLogger.Instance);
        using var human = pki.Issue("/human/ada");
        using var service = pki.Issue("/dkm/keyring");

        Assert.Equal(Reasons.IdentityClassMismatch, Assert.Throws<DkmException>(() => clientTrust.Verify(human, null)).Reason);
        Assert.Equal(DkmService.KeyRing, clientTrust.Verify(service, null).Id.Service);
    }

    [Fact]
    public void Verify_MismatchOfClass_NamesBoth()
    {
        using var leaf = pki.Workload.Issue(TestPki.Leaf("/human/eve"));

        var refusal = Assert.Throws<DkmException>(() => trust.Verify(leaf, null));

        Assert.Contains("workload CA", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(TestPki.Id("/human/eve"), refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        trust.Dispose();
        pki.Dispose();
    }
}
