namespace Dkm.UnitTests.Transport;

using System;
using System.IO;
using System.Linq;
using System.Net;
using Dkm.Core;
using Dkm.Transport;
using Xunit;

public sealed class ServiceAddressesTests : IDisposable
{
    private static readonly Uri One = new("https://127.0.0.1:8443");
    private static readonly Uri Two = new("https://127.0.0.1:9443");

    private readonly string home = Directory.CreateTempSubdirectory("dkm-home-").FullName;

    [Theory]
    [InlineData("\"https://127.0.0.1:8443\"", 1)]
    [InlineData("[\"https://127.0.0.1:8443\"]", 1)]
    [InlineData("[\"https://127.0.0.1:8443\", \"https://127.0.0.1:9443\"]", 2)]
    public void Configuration_OneOrSeveral_IsRead(string json, int count)
    {
        Write(json);

        Assert.Equal(new ServiceAddresses(new[] { One, Two }.Take(count)), DkmHome.ReadConfiguration(home)!.KeyRing);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("[7]")]
    [InlineData("{}")]
    [InlineData("[\"https://127.0.0.1:8443\", \"https://127.0.0.1:8443\"]")]
    public void Configuration_OtherForms_AreRefused(string json)
    {
        Write(json);

        Assert.Equal(Reasons.HomeConfiguration, Assert.Throws<DkmException>(() => DkmHome.ReadConfiguration(home)).Reason);
    }

    [Fact]
    public void Configuration_Written_IsReadBack()
    {
        DkmHome.WriteConfiguration(home, new HomeConfiguration { TrustDomain = "dkm.test", Access = One, KeyRing = new ServiceAddresses(One, Two) });

        var read = DkmHome.ReadConfiguration(home)!;

        Assert.Equal((new ServiceAddresses(One), new ServiceAddresses(One, Two), null), (read.Access, read.KeyRing, read.Crypto));
        Assert.Contains("\"access\": \"https://127.0.0.1:8443\"", File.ReadAllText(Path.Combine(home, "config.json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1 fd00::1", 1)]
    [InlineData("10.0.0.1,10.0.0.2", "10.0.0.1 10.0.0.2", 2)]
    [InlineData("10.0.0.1,10.0.0.2", "10.0.0.1 fd00::1 10.0.0.2 fd00::2", 2)]
    [InlineData("fd00::1,fd00::2", "fd00::1 fd00::2 10.0.0.1", 2)]
    public void Expand_NameWithAddresses_IsAReplicaForEachOfOneFamily(string expected, string found, int count)
    {
        var places = ReplicaSet.Expand(One, [.. found.Split(' ').Select(IPAddress.Parse)]);

        Assert.Equal(count, places.Count);
        Assert.Equal(count == 1 ? new string?[1] : expected.Split(','), places.Select(place => place.Via?.ToString()));
    }

    public void Dispose() => Directory.Delete(home, recursive: true);

    private void Write(string keyRing) => File.WriteAllText(Path.Combine(home, "config.json"), $$"""{"trust_domain": "dkm.test", "keyring": {{keyRing}}}""");
}
