namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using Dkm.IntegrationTests.Cli;
using Dkm.Testing;
using Xunit;

/// <summary>deploy/cluster.sh where it cannot do what it is told.</summary>
[Trait("Binaries", "published")]
public sealed class ClusterScriptTests : IAsyncDisposable
{
    private static readonly string Script = Path.Combine(Binaries.Repository, "deploy", "cluster.sh");

    private readonly TestHome home = new();

    public ClusterScriptTests() => home.Environment["PATH"] = Binaries.Folder + ":" + Environment.GetEnvironmentVariable("PATH");

    /// <summary>Also what a test that failed has left running.</summary>
    public async ValueTask DisposeAsync()
    {
        await RunAsync("down");
        home.Dispose();
    }

    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    public async Task Up_Interrupted_LeavesNothingRunning(string signal)
    {
        await using var up = ChildProcess.Start(Script, ["up"], home.Environment);
        await Eventually.TrueAsync(() => File.Exists(Path.Combine(home.Home, "run", "etcd-2.pid")), "etcd is started", 60);
        Assert.NotEmpty(Running());

        await up.SignalAsync(signal);

        Assert.Equal(130, await up.ExitCodeAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("nothing of it runs", up.Said, StringComparison.Ordinal);
        Assert.Empty(Running());
    }

    [Fact]
    public async Task Up_ThatAwaitsARestore_SaysSoAndWaits()
    {
        home.Environment["DKM__Store__AwaitRestore"] = "true";

        var result = await RunAsync("up");

        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("  dkm restore FILE", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("dkm group create", result.Output, StringComparison.Ordinal);
        Assert.Contains("it awaits a restore", (await home.DkmAsync("doctor")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_PortTaken_SaysWhichAndStartsNothing()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        home.Environment["DKM_PORT"] = port.ToString(CultureInfo.InvariantCulture);

        var result = await RunAsync("up");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"port {port} of 127.0.0.1 is in use", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(home.Home));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("start", "etcd-0")]
    public async Task Command_NoCluster_SaysSo(params string[] arguments)
    {
        var result = await RunAsync(arguments);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"there is no cluster in {home.Home}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Down_NoCluster_IsDoneAlready()
    {
        var result = await RunAsync("down");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains($"there is no cluster in {home.Home}", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_OnAHomeOfSomethingElse_IsRefused()
    {
        Directory.CreateDirectory(home.Home);
        await File.WriteAllTextAsync(Path.Combine(home.Home, "config.json"), "{}", TestContext.Current.CancellationToken);
        var result = await RunAsync("up");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("the home of something else", result.Error, StringComparison.Ordinal);
    }

    private Task<CommandResult> RunAsync(params string[] arguments) => ChildProcess.RunAsync(Script, arguments, home.Environment, folder: home.Folder);

    /// <summary>Command lines of processes that name our home.</summary>
    private string[] Running() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Where(process => int.TryParse(Path.GetFileName(process), CultureInfo.InvariantCulture, out _))
            .Select(CommandLine)
            .Where(line => line.Contains(home.Home + "/", StringComparison.Ordinal)),
    ];

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (IOException)
        {
            // It has ended.
            return string.Empty;
        }
    }
}
