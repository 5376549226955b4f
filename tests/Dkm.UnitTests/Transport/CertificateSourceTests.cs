namespace Dkm.UnitTests.Transport;

using System;
using System.IO;
using Dkm.Core;
using Dkm.Testing.Certificates;
using Dkm.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

public sealed class CertificateSourceTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider time = new();
    private readonly TestPki pki;
    private readonly IdentityFiles files;
    private readonly CertificateSource source;

    public CertificateSourceTests()
    {
        pki = new TestPki(time);
        files = pki.IssueFiles("/dkm/keyring");
        source = new CertificateSource(files.CertificateFile, files.KeyFile, time, NullLogger.Instance);
    }

    [Fact]
    public void Reload_NewPair_IsInUse()
    {
        var before = source.Current;
        using var next = pki.Issue("/dkm/keyring");

        pki.WriteIdentity(next, Path.GetDirectoryName(files.KeyFile));
        time.Advance(Second);

        Assert.Equal(2, source.Version);
        Assert.Equal(next.Thumbprint, source.Leaf.Thumbprint);
        Assert.NotSame(before, source.Current);
        Assert.True(source.Leaf.HasPrivateKey);
    }

    [Fact]
    public void Reload_NothingChanged_KeepsTheVersion()
    {
        time.Advance(Second);

        Assert.Equal(1, source.Version);
    }

    [Fact]
    public void Reload_KeyNewAndCertificateOld_WaitsForTheOther()
    {
        using var next = pki.Issue("/dkm/keyring");
        var nextFiles = pki.WriteIdentity(next);

        File.Copy(nextFiles.KeyFile, files.KeyFile, overwrite: true);
        time.Advance(Second);
        Assert.Equal(1, source.Version);
        Assert.NotNull(source.Trouble);

        File.Copy(nextFiles.CertificateFile, files.CertificateFile, overwrite: true);
        time.Advance(Second);
        Assert.Equal(2, source.Version);
        Assert.Equal(next.Thumbprint, source.Leaf.Thumbprint);
        Assert.Null(source.Trouble);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void Reload_BrokenCertificate_KeepsTheOldOne(string content)
    {
        var before = source.Leaf.Thumbprint;

        File.WriteAllText(files.CertificateFile, content);
        time.Advance(Second);

        Assert.Equal(before, source.Leaf.Thumbprint);
        Assert.Equal(1, source.Version);
        Assert.NotNull(source.Trouble);
    }

    [Fact]
    public void Reload_FileGoneAndBack_ClearsTheTrouble()
    {
        var certificate = File.ReadAllText(files.CertificateFile);
        File.Delete(files.CertificateFile);
        time.Advance(Second);
        Assert.NotNull(source.Trouble);

        File.WriteAllText(files.CertificateFile, certificate);
        time.Advance(Second);

        Assert.Null(source.Trouble);
    }

    [Fact]
    public void Create_Intermediates_GoWithTheLeaf()
    {
        using var intermediate = pki.Service.CreateIntermediate("second");
        using var leaf = intermediate.Issue(TestPki.Leaf("/dkm/access"));
        var chained = pki.WriteIdentity(leaf);
        File.AppendAllText(chained.CertificateFile, "\n" + intermediate.Pem);

        using var withChain = new CertificateSource(chained.CertificateFile, chained.KeyFile, time, NullLogger.Instance);

        Assert.Equal(intermediate.Certificate.Thumbprint, Assert.Single(withChain.Current.IntermediateCertificates).Thumbprint);
    }

    [Fact]
    public void Create_NoFiles_TellsWhich()
    {
        var refusal = Assert.Throws<DkmException>(() => new CertificateSource("/nowhere/tls.crt", "/nowhere/tls.key", time, NullLogger.Instance));

        Assert.Equal(Reasons.CertificateFiles, refusal.Reason);
        Assert.Contains("/nowhere/tls.crt", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        source.Dispose();
        pki.Dispose();
    }
}
