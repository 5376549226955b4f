namespace Dkm.UnitTests.Transport;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;
using Dkm.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

public sealed class DevelopmentPkiTests : IDisposable
{
    private const UnixFileMode File600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Directory700 = File600 | UnixFileMode.UserExecute;

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly string home = Path.Combine(Directory.CreateTempSubdirectory("dkm-home-").FullName, "home");

    [Theory]
    [InlineData("access", "/dkm/access")]
    [InlineData("keyring", "/dkm/keyring")]
    [InlineData("crypto", "/dkm/crypto")]
    [InlineData("admin", "/human/admin")]
    [InlineData("mailbox-worker", "/ns/mail/sa/mailbox-worker")]
    public void Ensure_FreshHome_MakesIdentitiesThatAreTrusted(string name, string path)
    {
        DevelopmentPki.Ensure(home, "dkm.local", time);

        using var trust = new TrustStore(DevelopmentPki.Trust(home, "dkm.local"), time, NullLogger.Instance);
        var files = IdentityFiles.FromDirectory(DkmHome.IdentityDirectory(home, name));
        using var source = new CertificateSource(files.CertificateFile, files.KeyFile, time, NullLogger.Instance);
        Assert.Equal("spiffe://dkm.local" + path, trust.Verify(source.Leaf, null).Id.ToString());
        Assert.Equal(File.ReadAllText(Path.Combine(home, "pki", "ca", "service", "ca.crt")), File.ReadAllText(files.CaFile));
        Assert.Equal(path.StartsWith("/dkm/", StringComparison.Ordinal), source.Leaf.MatchesHostname("localhost"));
        Assert.Equal(path.StartsWith("/dkm/", StringComparison.Ordinal), source.Leaf.MatchesHostname("127.0.0.1"));
    }

    [Fact]
    public void Ensure_Twice_ChangesNothing()
    {
        DevelopmentPki.Ensure(home, "dkm.local", time);
        var before = Contents();

        time.Advance(TimeSpan.FromDays(7));
        DevelopmentPki.Ensure(home, "dkm.local", time);

        Assert.Equal(before, Contents());
    }

    [Fact]
    public void Ensure_LeafNearItsEnd_IsMadeAnewAndTheAuthorityStays()
    {
        DevelopmentPki.Ensure(home, "dkm.local", time);
        var before = Contents();

        time.Advance(TimeSpan.FromDays(340));
        DevelopmentPki.Ensure(home, "dkm.local", time);

        var after = Contents();
        Assert.NotEqual(before[Path.Combine(home, "pki", "admin", "tls.crt")], after[Path.Combine(home, "pki", "admin", "tls.crt")]);
        Assert.Equal(before[Path.Combine(home, "pki", "ca", "human", "ca.crt")], after[Path.Combine(home, "pki", "ca", "human", "ca.crt")]);
    }

    [Fact]
    public void Ensure_SomeFileMissing_RepairsThatIdentity()
    {
        DevelopmentPki.Ensure(home, "dkm.local", time);
        var key = Path.Combine(home, "pki", "admin", "tls.key");
        File.Delete(key);

        DevelopmentPki.Ensure(home, "dkm.local", time);

        Assert.True(File.Exists(key));
    }

    [Fact]
    public void Ensure_FreshHome_IsForItsOwnerAlone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no file modes on Windows");
        DevelopmentPki.Ensure(home, "dkm.local", time);

        foreach (var directory in Directory.EnumerateDirectories(home, "*", SearchOption.AllDirectories).Append(home))
        {
            Assert.Equal(Directory700, Mode(directory));
        }

        foreach (var file in Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(File600, Mode(file));
        }

        Assert.Equal("*\n", File.ReadAllText(Path.Combine(home, ".gitignore")));
    }

    [Fact]
    public void Ensure_HomeOpenToOthers_IsClosed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "no file modes on Windows");
        Directory.CreateDirectory(home);
        SetMode(home, Directory700 | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);

        DkmHome.Ensure(home);

        Assert.Equal(Directory700, Mode(home));
    }

    [Theory]
    [InlineData("spiffe://dkm.local/human/ada")]
    [InlineData("spiffe://dkm.local/elevated/0198")]
    [InlineData("spiffe://dkm.local/ns/Mail/sa/Worker_2.x")]
    public void Issue_AnyClass_ComesFromItsOwnAuthority(string id)
    {
        DevelopmentPki.Ensure(home, "dkm.local", time);

        var files = DevelopmentPki.Issue(home, "someone", SpiffeId.Parse(id), time);

        using var trust = new TrustStore(DevelopmentPki.Trust(home, "dkm.local"), time, NullLogger.Instance);
        using var leaf = X509CertificateLoader.LoadCertificateFromFile(files.CertificateFile);
        Assert.Equal(id, trust.Verify(leaf, null).Id.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("ca")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("Admin")]
    [InlineData("denied.x")]
    public void Issue_NameThatIsNone_IsRefused(string name)
    {
        DevelopmentPki.Ensure(home, "dkm.local", time);

        var refusal = Assert.Throws<DkmException>(() => DevelopmentPki.Issue(home, name, SpiffeId.Parse("spiffe://dkm.local/human/ada"), time));

        Assert.Equal(ErrorKind.InvalidArgument, refusal.Kind);
    }

    [Fact]
    public void Issue_NoAuthorityYet_TellsWhere()
    {
        var refusal = Assert.Throws<DkmException>(() => DevelopmentPki.Issue(home, "ada", SpiffeId.Parse("spiffe://dkm.local/human/ada"), time));

        Assert.Equal(Reasons.CertificateFiles, refusal.Reason);
        Assert.Contains(home, refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(home)!, recursive: true);

    private static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private Dictionary<string, string> Contents() =>
        Directory.EnumerateFiles(home, "*", SearchOption.AllDirectories).ToDictionary(path => path, File.ReadAllText);
}
