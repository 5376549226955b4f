namespace Dkm.UnitTests.Transport;

using System;
using System.IO;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using Dkm.Core;
using Dkm.Transport;
using Xunit;

public sealed class DevelopmentEtcdPkiTests : IDisposable
{
    private readonly string home = Path.Combine(Directory.CreateTempSubdirectory("dkm-home-").FullName, ".dkm");

    [Theory]
    [InlineData(EtcdRole.Member, true)]
    [InlineData(EtcdRole.Client, false)]
    public void Issue_Role_IsServerOrClientAlone(EtcdRole role, bool isServer)
    {
        using var leaf = Load(DevelopmentEtcdPki.Issue(home, "dkm-access", role, TimeProvider.System));

        var usages = leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages;
        Assert.Equal("CN=dkm-access", leaf.Subject);
        Assert.Equal((isServer, isServer), (leaf.MatchesHostname("127.0.0.1"), usages.Cast<System.Security.Cryptography.Oid>().Any(usage => usage.Value == "1.3.6.1.5.5.7.3.1")));
    }

    [Fact]
    public void Issue_Twice_ComesFromOneCaThatVouchesForNoIdentityOfDkm()
    {
        DevelopmentPki.Ensure(home, "dkm.local", TimeProvider.System);
        var one = DevelopmentEtcdPki.Issue(home, "etcd-0", EtcdRole.Member, TimeProvider.System);
        var two = DevelopmentEtcdPki.Issue(home, "dkm-access", EtcdRole.Client, TimeProvider.System);

        Assert.Equal(File.ReadAllText(one.CaFile), File.ReadAllText(two.CaFile));
        Assert.All(
            Enum.GetValues<IdentityClass>(),
            identityClass => Assert.NotEqual(File.ReadAllText(one.CaFile), File.ReadAllText(Path.Combine(home, "pki", "ca", identityClass.ToString().ToLowerInvariant(), "ca.crt"))));
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(home)!, recursive: true);

    private static X509Certificate2 Load(IdentityFiles files) => X509CertificateLoader.LoadCertificateFromFile(files.CertificateFile);
}
