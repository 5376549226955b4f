namespace Dkm.UnitTests.Transport;

using System;
using System.IO;
using Dkm.Core;
using Dkm.Testing.Certificates;
using Dkm.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

public sealed class TrustStoreReloadTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider time = new();
    private readonly TestPki pki;
    private readonly TrustOptions options;
    private readonly TrustStore trust;

    public TrustStoreReloadTests()
    {
        pki = new TestPki(time);
        options = pki.WriteTrust();
        trust = new TrustStore(options, time, NullLogger.Instance);
    }

    [Fact]
    public void Recheck_NothingChanged_AllocatesNothing()
    {
        using var leaf = pki.Issue("/ns/mail/sa/worker");
        var peer = trust.Verify(leaf, null);
        trust.Recheck(peer);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var call = 0; call < 1000; call++)
        {
            trust.Recheck(peer);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Recheck_PutOnTheDenyList_RefusesWithinASecond()
    {
        using var leaf = pki.Issue("/ns/mail/sa/worker");
        using var other = pki.Issue("/ns/mail/sa/other");
        var peer = trust.Verify(leaf, null);
        var otherPeer = trust.Verify(other, null);

        pki.Deny(leaf);
        time.Advance(Second);

        Assert.Equal(2, trust.Version);
        Assert.Equal(Reasons.CertificateDenied, Assert.Throws<DkmException>(() => trust.Recheck(peer)).Reason);
        Assert.Equal(Reasons.CertificateDenied, Assert.Throws<DkmException>(() => trust.Recheck(peer)).Reason);
        Assert.Equal(Reasons.CertificateDenied, Assert.Throws<DkmException>(() => trust.Verify(leaf, null)).Reason);
        trust.Recheck(otherPeer);
    }

    [Fact]
    public void Recheck_TakenOffTheDenyList_AcceptsAgain()
    {
        using var leaf = pki.Issue("/ns/mail/sa/worker");
        var peer = trust.Verify(leaf, null);
        pki.Deny(leaf);
        time.Advance(Second);
        Assert.Throws<DkmException>(() => trust.Recheck(peer));

        File.WriteAllText(options.DeniedFile!, "# nobody\n");
        time.Advance(Second);

        trust.Recheck(peer);
    }

    [Fact]
    public void Recheck_DenyListInTheSpellingOfOpenssl_Refuses()
    {
        using var leaf = pki.Issue("/ns/mail/sa/worker");
        var peer = trust.Verify(leaf, null);
        var spelled = BitConverter.ToString(Convert.FromHexString(peer.Sha256Thumbprint)).Replace('-', ':');

        File.WriteAllText(options.DeniedFile!, $"# stolen laptop\n\n  {spelled}\r\n");
        time.Advance(Second);

        Assert.Equal(Reasons.CertificateDenied, Assert.Throws<DkmException>(() => trust.Recheck(peer)).Reason);
    }

    [Fact]
    public void Recheck_AfterTheEnd_Refuses()
    {
        using var leaf = pki.Workload.Issue(TestPki.Leaf("/ns/mail/sa/worker") with { End = TimeSpan.FromSeconds(30) });
        var peer = trust.Verify(leaf, null);
        time.Advance(TimeSpan.FromSeconds(29));
        trust.Recheck(peer);

        time.Advance(Second);

        Assert.Equal(Reasons.CertificateExpired, Assert.Throws<DkmException>(() => trust.Recheck(peer)).Reason);
    }

    [Fact]
    public void Recheck_ItsAuthorityRemoved_Refuses()
    {
        using var leaf = pki.Issue("/ns/mail/sa/worker");
        var peer = trust.Verify(leaf, null);

        File.WriteAllText(options.WorkloadCaFile!, pki.Stranger.Pem);
        time.Advance(Second);

        Assert.Equal(Reasons.CertificateRejected, Assert.Throws<DkmException>(() => trust.Recheck(peer)).Reason);
        Assert.Throws<DkmException>(() => trust.Verify(leaf, null));
    }

    [Fact]
    public void Recheck_AuthorityMovedToAnotherClass_Refuses()
    {
        using var leaf = pki.Issue("/ns/mail/sa/worker");
        var peer = trust.Verify(leaf, null);

        File.WriteAllText(options.WorkloadCaFile!, pki.Human.Pem);
        File.WriteAllText(options.HumanCaFile!, pki.Workload.Pem);
        time.Advance(Second);

        Assert.Throws<DkmException>(() => trust.Recheck(peer));
    }

    [Fact]
    public void Verify_SecondAuthorityAdded_AcceptsBoth()
    {
        using var old = pki.Issue("/ns/mail/sa/worker");
        using var next = pki.Stranger.Issue(TestPki.Leaf("/ns/mail/sa/worker"));
        var oldPeer = trust.Verify(old, null);

        File.WriteAllText(options.WorkloadCaFile!, pki.Workload.Pem + "\n" + pki.Stranger.Pem);
        time.Advance(Second);

        trust.Recheck(oldPeer);
        trust.Recheck(trust.Verify(next, null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not PEM")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void Reload_BrokenBundle_KeepsTheOldOne(string content)
    {
        using var leaf = pki.Issue("/ns/mail/sa/worker");

        File.WriteAllText(options.WorkloadCaFile!, content);
        time.Advance(Second);

        Assert.Equal(1, trust.Version);
        Assert.Contains(options.WorkloadCaFile!, trust.Trouble, StringComparison.Ordinal);
        trust.Verify(leaf, null);
    }

    [Fact]
    public void Reload_LeafOrIntermediateInABundle_KeepsTheOldOne()
    {
        using var leaf = pki.Issue("/ns/mail/sa/worker");
        using var intermediate = pki.Workload.CreateIntermediate("second");

        File.WriteAllText(options.HumanCaFile!, leaf.ExportCertificatePem());
        File.WriteAllText(options.ElevatedCaFile!, intermediate.Pem);
        time.Advance(Second);

        Assert.Equal(1, trust.Version);
        Assert.Contains(options.HumanCaFile!, trust.Trouble, StringComparison.Ordinal);
        Assert.Contains(options.ElevatedCaFile!, trust.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public void Reload_BrokenBundleBesideAGoodDenyList_TakesTheDenyList()
    {
        using var leaf = pki.Issue("/ns/mail/sa/worker");
        var peer = trust.Verify(leaf, null);

        File.WriteAllText(options.HumanCaFile!, "half a fi");
        pki.Deny(leaf);
        time.Advance(Second);

        Assert.Equal(Reasons.CertificateDenied, Assert.Throws<DkmException>(() => trust.Recheck(peer)).Reason);
    }

    [Fact]
    public void Reload_BadLineInTheDenyList_KeepsWhatWasDenied()
    {
        using var leaf = pki.Issue("/ns/mail/sa/worker");
        pki.Deny(leaf);
        trust.Reload();

        File.WriteAllText(options.DeniedFile!, "abc\n");
        trust.Reload();

        Assert.Contains("line 1", trust.Trouble, StringComparison.Ordinal);
        Assert.Equal(Reasons.CertificateDenied, Assert.Throws<DkmException>(() => trust.Verify(leaf, null)).Reason);
    }

    [Fact]
    public void Reload_FileGoneAndBack_ClearsTheTrouble()
    {
        File.Delete(options.DeniedFile!);
        trust.Reload();
        Assert.NotNull(trust.Trouble);

        File.WriteAllText(options.DeniedFile!, string.Empty);
        trust.Reload();

        Assert.Null(trust.Trouble);
    }

    [Fact]
    public void Reload_ReplacedThroughASymbolicLink_IsSeen()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "symbolic links need a privilege on Windows");
        using var leaf = pki.Issue("/ns/mail/sa/worker");
        var peer = trust.Verify(leaf, null);
        var elsewhere = Path.Combine(pki.Directory, "elsewhere");
        File.WriteAllText(elsewhere, peer.Sha256Thumbprint);
        File.Delete(options.DeniedFile!);
        File.CreateSymbolicLink(options.DeniedFile!, elsewhere);

        time.Advance(Second);

        Assert.Throws<DkmException>(() => trust.Recheck(peer));
    }

    [Fact]
    public void Reload_NothingChanged_KeepsTheVersion()
    {
        time.Advance(Second);
        time.Advance(Second);

        Assert.Equal(1, trust.Version);
    }

    [Fact]
    public void Create_SeveralFilesMissing_TellsAllTogether()
    {
        var missing = options with { WorkloadCaFile = "/nowhere/a", ElevatedCaFile = "/nowhere/b" };

        var refusal = Assert.Throws<DkmException>(() => new TrustStore(missing, time, NullLogger.Instance));

        Assert.Equal(Reasons.TrustFiles, refusal.Reason);
        Assert.Contains("/nowhere/a", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere/b", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_NoBundleAtAll_IsRefused() =>
        Assert.Throws<DkmException>(() => new TrustStore(new TrustOptions { TrustDomain = TestPki.TrustDomain }, time, NullLogger.Instance));

    public void Dispose()
    {
        trust.Dispose();
        pki.Dispose();
    }
}
