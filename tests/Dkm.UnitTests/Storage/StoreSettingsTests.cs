namespace Dkm.UnitTests.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Storage;
using Xunit;

public sealed class StoreSettingsTests
{
    private static readonly string AnyFile = typeof(StoreSettingsTests).Assembly.Location;

    private static readonly Dictionary<string, string> Good = new(StringComparer.Ordinal)
    {
        ["Store:Etcd:Endpoints:0"] = "https://etcd-1.dkm.test:2379",
        ["Store:Etcd:Endpoints:1"] = "https://etcd-2.dkm.test:2379",
        ["Store:Etcd:CertificateFile"] = AnyFile,
        ["Store:Etcd:KeyFile"] = AnyFile,
        ["Store:Etcd:CaFile"] = AnyFile,
    };

    [Fact]
    public void Read_EtcdInWhole_IsTaken()
    {
        var (settings, mistakes) = Read(Good);

        Assert.Empty(mistakes);
        Assert.Null(settings.File);
        Assert.Equal(["etcd-1.dkm.test", "etcd-2.dkm.test"], settings.Etcd!.Endpoints.Select(endpoint => endpoint.Host));
    }

    [Theory]
    [InlineData("Store:File", "dkm.db", "Store:File: exactly one of Store:File and Store:Etcd:Endpoints must be set")]
    [InlineData("Store:Etcd:Endpoints:1", "https://etcd-1.dkm.test:2379", "Store:Etcd:Endpoints: an address stands there twice")]
    [InlineData("Store:Etcd:Endpoints:1", "etcd-2", "Store:Etcd:Endpoints:1: 'etcd-2' is not an address such as https://etcd-1.example.org:2379")]
    [InlineData("Store:Etcd:Endpoints:1", "https://etcd-2.dkm.test:2379/v3", "Store:Etcd:Endpoints: 'https://etcd-2.dkm.test:2379/v3' is not an address such as https://etcd-1.example.org:2379")]
    [InlineData("Store:Etcd:Endpoints:1", "http://etcd-2.dkm.test:2379", "Store:Etcd:Endpoints: http is refused: whoever listens reads the paths, and whoever connects may write. Use https")]
    [InlineData("Store:Etcd:KeyFile", null, "Store:Etcd:KeyFile: must be set")]
    [InlineData("Store:Etcd:CaFile", "/nothing/there", "Store:Etcd:CaFile: there is no file /nothing/there")]
    [InlineData("Store:Etcd:AllowPlaintext", "yes", "Store:Etcd:AllowPlaintext: 'yes' is not true or false")]
    [InlineData("Store:Etcd:AllowPlaintext", "true", "Store:Etcd:AllowPlaintext: is for development only")]
    public void Read_OneThingWrong_IsSaid(string key, string? value, string mistake)
    {
        var values = new Dictionary<string, string>(Good, StringComparer.Ordinal);
        values.Remove(key);
        if (value is not null)
        {
            values[key] = value;
        }

        Assert.Equal([mistake], Read(values).Mistakes);
    }

    [Fact]
    public void Read_NothingAtAll_IsAMistake() =>
        Assert.Equal(["Store:File: exactly one of Store:File and Store:Etcd:Endpoints must be set"], Read([]).Mistakes);

    [Fact]
    public void Read_CertificatesWithoutEndpoints_IsAMistake() =>
        Assert.Contains(
            "Store:Etcd:Endpoints: one address for each member is required",
            Read(new Dictionary<string, string> { ["Store:Etcd:CaFile"] = AnyFile }).Mistakes);

    [Fact]
    public void Read_PlaintextInDevelopment_IsTaken() => Assert.Empty(Read(
        new Dictionary<string, string> { ["Store:Etcd:Endpoints:0"] = "http://127.0.0.1:2379", ["Store:Etcd:AllowPlaintext"] = "true" }, development: true).Mistakes);

    private static (StoreSettings Settings, List<string> Mistakes) Read(Dictionary<string, string> values, bool development = false)
    {
        var mistakes = new List<string>();
        var settings = StoreSettings.Read(
            key => values.GetValueOrDefault(key), (_, fallback, _, _) => fallback, (key, problem) => mistakes.Add($"{key}: {problem}"), development);
        return (settings, mistakes);
    }
}
