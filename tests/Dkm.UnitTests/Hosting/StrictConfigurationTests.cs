namespace Dkm.UnitTests.Hosting;

using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.Hosting.Configuration;
using Dkm.Transport;
using Xunit;

public sealed class StrictConfigurationTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("dkm-config-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Bind_ThreeSources_CommandLineOverEnvironmentOverFile()
    {
        var file = Write("""{ "Server": { "A": "file", "B": "file", "C": "file" }, "List": [ "x", "y" ] }""");

        var read = StrictConfiguration.Bind(
            ["--config", file, "--Server:C=argument"],
            new Hashtable { ["DKM__Server__B"] = "environment", ["DKM__SERVER__C"] = "environment", ["DKM_HOME"] = "not ours", ["PATH"] = "/bin" },
            configuration => (configuration.Text("Server:A"), configuration.Text("Server:B"), configuration.Text("Server:C"), string.Join('+', configuration.List("List"))));

        Assert.Equal(("file", "environment", "argument", "x+y"), read);
    }

    [Fact]
    public void Bind_ManyMistakes_ToldTogetherEachWithItsKey()
    {
        var file = Write("""{ "Limits": { "Conections": 5, "Connections": "many" }, "Server": { "Listen": "localhost:1" } }""");

        var thrown = Assert.Throws<ConfigurationException>(() => StrictConfiguration.Bind(
            ["--config=" + file, "--Limits:DefaultDeadline=soon", "stray"],
            new Hashtable { ["DKM__Tls__KeyFile"] = "/nowhere/tls.key", ["DKM__Tls__Denied"] = "x" },
            configuration => configuration.ReadServer(DkmService.Access)));

        string[] keys =
        [
            "Limits:Conections: no such key", "Limits:Connections: 'many'", "Limits:DefaultDeadline: 'soon'", "Server:Listen: 'localhost:1'", "Tls:CertificateFile: must be set",
            "Tls:Denied: no such key", "Tls:KeyFile: there is no file", "Tls:ServiceCaFile: must be set", "Tls:TrustDomain: must be set", "stray: an argument",
        ];
        Assert.Equal(keys.Length, thrown.Mistakes.Count);
        Assert.All(keys, key => Assert.Contains(thrown.Mistakes, mistake => mistake.StartsWith(key, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("[]", "a JSON object is expected")]
    [InlineData("{ \"A\": ", "")]
    [InlineData("{ \"A\": 1, \"a\": 2 }", "stands twice")]
    public void Bind_BrokenFile_IsAMistake(string json, string problem)
    {
        var file = Write(json);

        var thrown = Assert.Throws<ConfigurationException>(() => StrictConfiguration.Bind(["--config", file], new Hashtable(), configuration => configuration.Find("A")));

        Assert.Contains(thrown.Mistakes, mistake => mistake.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public void Bind_FileThatIsNotThere_IsAMistake() =>
        Assert.Throws<ConfigurationException>(() => StrictConfiguration.Bind(["--config", Path.Combine(directory, "none.json")], new Hashtable(), _ => 0));

    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("30s", 30_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("90d", 7_776_000_000)]
    public void Duration_AsPeopleWriteThem_IsRead(string text, long milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Bind(text, configuration => configuration.Duration("Key", default, default, TimeSpan.MaxValue)));

    [Theory]
    [InlineData("30")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("1.5h")]
    [InlineData("5 s")]
    [InlineData("99999999d")]
    [InlineData("2h")]
    public void Duration_OtherForms_AreMistakes(string text) =>
        Assert.Throws<ConfigurationException>(() => Bind(text, configuration => configuration.Duration("Key", default, default, TimeSpan.FromHours(1))));

    [Theory]
    [InlineData("127.0.0.1:8443", "127.0.0.1", 8443)]
    [InlineData("[::1]:0", "::1", 0)]
    public void EndPoint_AddressAndPort_IsRead(string text, string address, int port) =>
        Assert.Equal(new IPEndPoint(IPAddress.Parse(address), port), Bind(text, configuration => configuration.EndPoint("Key", null)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("localhost:80")]
    [InlineData("127.0.0.1:99999")]
    public void EndPoint_OtherForms_AreMistakes(string text) =>
        Assert.Throws<ConfigurationException>(() => Bind(text, configuration => configuration.EndPoint("Key", null)));

    [Theory]
    [InlineData("http://access:8443")]
    [InlineData("access:8443")]
    public void Address_NotHttps_IsAMistake(string text) =>
        Assert.Throws<ConfigurationException>(() => Bind(text, configuration => configuration.Address("Key")));

    [Theory]
    [InlineData("https://a:1", "--Access:Address=https://a:1")]
    [InlineData("https://a:1", "--Access:Addresses:0=https://a:1")]
    [InlineData("https://a:1 https://b:1", "--Access:Addresses:0=https://a:1", "--Access:Addresses:1=https://b:1")]
    public void Addresses_OneOrAList_AreRead(string expected, params string[] arguments) => Assert.Equal(
        new ServiceAddresses(expected.Split(' ').Select(address => new Uri(address))),
        StrictConfiguration.Bind(arguments, new Hashtable(), configuration => configuration.Addresses("Access")));

    [Theory]
    [InlineData]
    [InlineData("--Access:Address=http://a:1")]
    [InlineData("--Access:Addresses:0=http://a:1")]
    [InlineData("--Access:Addresses:0=https://a:1", "--Access:Addresses:1=https://a:1")]
    [InlineData("--Access:Address=https://a:1", "--Access:Addresses:0=https://b:1")]
    public void Addresses_OtherForms_AreMistakes(params string[] arguments) => Assert.Throws<ConfigurationException>(
        () => StrictConfiguration.Bind(arguments, new Hashtable(), configuration => configuration.Addresses("Access")));

    [Fact]
    public void ReadServer_EveryLimit_HasItsKey()
    {
        List<string> arguments = ["--Development=true", "--Limits:StreamIdle=3s", "--Limits:ConnectionAge=2h", "--Server:Health=none", "--Telemetry:OtlpEndpoint=http://collector:4317", "--Tls:TrustDomain=dkm.test"];
        foreach (var key in (string[])["CertificateFile", "KeyFile", "ServiceCaFile", "WorkloadCaFile"])
        {
            arguments.Add($"--Tls:{key}={Write(key)}");
        }

        var options = StrictConfiguration.Bind(arguments, new Hashtable(), configuration => configuration.ReadServer(DkmService.KeyRing));

        Assert.True(options.Development);
        Assert.Null(options.Health);
        Assert.Equal(TimeSpan.FromSeconds(3), options.Limits.StreamIdle);
        Assert.Equal(TimeSpan.FromHours(2), options.Limits.ConnectionAge);
        Assert.Equal(new LimitOptions().Connections, options.Limits.Connections);
        Assert.Equal("dkm.test", options.Trust.TrustDomain);
    }

    private static T Bind<T>(string value, Func<StrictConfiguration, T> read) => StrictConfiguration.Bind([$"--Key={value}"], new Hashtable(), read);

    private string Write(string content)
    {
        var path = Path.Combine(directory, Path.GetRandomFileName());
        File.WriteAllText(path, content);
        return path;
    }
}
