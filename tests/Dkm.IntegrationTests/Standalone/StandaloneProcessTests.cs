namespace Dkm.IntegrationTests.Standalone;

using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using Dkm.IntegrationTests.Cli;
using Xunit;

/// <summary>The published dkm-standalone as a process: its start, its end, and what it refuses.</summary>
[Trait("Binaries", "published")]
public sealed class StandaloneProcessTests : IDisposable
{
    private readonly TestHome home = new();

    public void Dispose() => home.Dispose();

    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    public async Task Start_OnAnEmptyHome_AnnouncesItselfAndStopsInTime(string signal)
    {
        await using var standalone = home.StartStandalone();
        await standalone.WaitForLineAsync("ready", TestHome.StartLimit);

        Assert.Contains("Development=true is on", standalone.Said, StringComparison.Ordinal);
        Assert.Contains("can't tell an old copy", standalone.Said, StringComparison.Ordinal);
        foreach (var file in (string[])["pki/admin/tls.crt", "pki/mailbox-worker/tls.key", "data/dkm.db", "roots/access.root", "roots/keyring.root", "config.json"])
        {
            Assert.True(File.Exists(Path.Combine(home.Home, file)), file);
        }

        await standalone.SignalAsync(signal);
        Assert.Equal(0, await standalone.ExitCodeAsync(TestHome.StopLimit));
    }

    [Fact]
    public async Task Stop_WhileAHolderIsConnected_IsInTime()
    {
        await using var standalone = home.StartStandalone();
        await standalone.WaitForLineAsync("ready", TestHome.StartLimit);
        await home.DkmAsync("group", "create", "workers", "--kind", "workload", "--member", "spiffe://dkm.local/ns/mail/sa/mailbox-worker");
        await home.DkmAsync("ring", "create", "mail/connected-accounts", "--bind", "workers=hold");
        home.Environment["ACCOUNTS_KEYRING"] = home.Configuration.KeyRing!.ToString();
        home.Environment["ACCOUNTS_IDENTITY"] = Path.Combine(home.Home, "pki", "mailbox-worker");
        home.Environment["ACCOUNTS_DB"] = Path.Combine(home.Folder, "accounts.db");
        await using var worker = ChildProcess.Start(Binaries.Find("connected-accounts"), ["watch"], home.Environment);
        await worker.WaitForLineAsync("", TestHome.StartLimit);

        await standalone.SignalAsync("-TERM");
        Assert.Equal(0, await standalone.ExitCodeAsync(TestHome.StopLimit));
    }

    [Fact]
    public async Task Restart_OnTheSameHome_HasEverything()
    {
        await using (var first = home.StartStandalone())
        {
            await first.WaitForLineAsync("ready", TestHome.StartLimit);
            Assert.Equal(0, (await home.DkmAsync("ring", "create", "kept/ring")).ExitCode);
            first.Kill();
            await first.ExitCodeAsync(TestHome.StopLimit);
        }

        var before = home.Configuration;
        await using var second = home.StartStandalone();
        await second.WaitForLineAsync("ready", TestHome.StartLimit);
        Assert.Equal(before, home.Configuration);
        Assert.Contains("kept/ring", (await home.DkmAsync("ring", "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OnTheHomeOfACluster_IsRefusedAndChangesNothing()
    {
        const string replicas = """{"trust_domain": "dkm.local", "access": ["https://127.0.0.1:9440", "https://127.0.0.1:9441"]}""";
        Directory.CreateDirectory(home.Home);
        await File.WriteAllTextAsync(Path.Combine(home.Home, "config.json"), replicas, TestContext.Current.CancellationToken);
        await using var standalone = home.StartStandalone();

        Assert.Equal(7, await standalone.ExitCodeAsync(TestHome.StartLimit));
        Assert.Contains("is the home of a cluster", standalone.Said, StringComparison.Ordinal);
        Assert.Equal(replicas, await File.ReadAllTextAsync(Path.Combine(home.Home, "config.json"), TestContext.Current.CancellationToken));
        Assert.Equal(["config.json"], Directory.EnumerateFileSystemEntries(home.Home).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Start_OnAHomeInUse_IsRefused()
    {
        await using var first = home.StartStandalone();
        await first.WaitForLineAsync("ready", TestHome.StartLimit);
        var configuration = home.Configuration;
        await using var second = home.StartStandalone();

        Assert.Equal(7, await second.ExitCodeAsync(TestHome.StartLimit));
        Assert.Contains("another dkm-standalone runs on", second.Said, StringComparison.Ordinal);
        Assert.Equal(configuration, home.Configuration);
        Assert.Equal(0, (await home.DkmAsync("ring", "list")).ExitCode);
    }

    [Fact]
    public async Task Start_OnAPortInUse_NamesIt()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        home.Environment["DKM_PORT"] = $"{Math.Min(port, 65_532)}";
        await using var standalone = home.StartStandalone();

        Assert.Equal(7, await standalone.ExitCodeAsync(TestHome.StartLimit));
        Assert.Contains("in use by another program", standalone.Said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Developement=true", "no such key")]
    [InlineData("--Development=yes", "true or false")]
    [InlineData("nonsense", "an argument is")]
    public async Task Start_WithAMistake_SaysIt(string argument, string expected)
    {
        await using var standalone = ChildProcess.Start(Binaries.Find("dkm-standalone"), [argument], home.Environment);

        Assert.Equal(2, await standalone.ExitCodeAsync(TestHome.StartLimit));
        Assert.Contains(expected, standalone.Said, StringComparison.Ordinal);
    }
}
