namespace Dkm.UnitTests.Hosting;

using System;
using System.IO;
using Dkm.Hosting;
using Dkm.Testing.Certificates;
using Dkm.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

public sealed class IdentityFilesNoteTests
{
    [Fact]
    public void Describe_BrokenNewFiles_AreNotedAndNoReasonNotToBeReady()
    {
        var time = new FakeTimeProvider();
        using var pki = new TestPki(time);
        var files = pki.IssueFiles("/dkm/keyring");
        var trustFiles = pki.WriteTrust();
        using var certificate = new CertificateSource(files.CertificateFile, files.KeyFile, time, NullLogger.Instance);
        using var trust = new TrustStore(trustFiles, time, NullLogger.Instance);
        var note = new IdentityFilesNote(certificate, trust);
        Assert.Equal("identity: ready\nready\n", HealthEndpoint.Describe([note], out _));

        File.WriteAllText(files.CertificateFile, "broken");
        File.WriteAllText(trustFiles.ServiceCaFile!, "broken");
        time.Advance(TimeSpan.FromSeconds(1));

        var text = HealthEndpoint.Describe([note], out var ready);
        Assert.True(ready);
        Assert.StartsWith("identity: ready, going on with what was read before: ", text, StringComparison.Ordinal);
        Assert.Contains(trustFiles.ServiceCaFile!, text, StringComparison.Ordinal);
        Assert.Contains(certificate.Trouble!, text, StringComparison.Ordinal);
    }
}
