namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.IntegrationTests.Cli;
using Dkm.Transport;
using Xunit;

/// <summary>
/// The cluster of <c>make cluster</c> on free ports: three etcd members and two replicas of each service as processes of their own. A test undoes what it does to them.
/// </summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    /// <summary>Long leases: whoever holds it can do without KeyRing for an hour.</summary>
    public const string Steady = "mail/steady";

    /// <summary>The shortest periods of development: a key every eight seconds.</summary>
    public const string Rolling = "mail/rolling";

    private const string Worker = "mailbox-worker";

    private readonly string folder = Directory.CreateTempSubdirectory("dkm-cluster-").FullName;
    private readonly Dictionary<string, string> environment;

    public ClusterFixture() => environment = new(StringComparer.Ordinal)
    {
        ["DKM_HOME"] = Home,
        ["DKM_PORT"] = "0",
        ["PATH"] = Binaries.Folder + ":" + Environment.GetEnvironmentVariable("PATH"),
    };

    private string Home => Path.Combine(folder, "home");

    /// <summary>The replica of KeyRing that was elected last.</summary>
    public string Leader => ((string[])["keyring-1", "keyring-2"]).MaxBy(LastElection, StringComparer.Ordinal)!;

    public async ValueTask InitializeAsync()
    {
        await ScriptAsync("up");
        await ExpectAsync("group", "create", "workers", "--kind", "workload");
        await ExpectAsync("group", "add", "workers", "spiffe://dkm.local/ns/mail/sa/" + Worker);
        await ExpectAsync("ring", "create", Steady, "--bind", "workers=hold");
        await ExpectAsync("ring", "create", Rolling, "--bind", "workers=hold", "--key-lease", "5s", "--lead", "2s", "--period", "8s");
    }

    public DkmClient Client()
    {
        var configuration = DkmHome.ReadConfiguration(Home)!;
        var options = new DkmClientOptions { TrustDomain = configuration.TrustDomain, IdentityDirectory = DkmHome.IdentityDirectory(Home, Worker), Rings = { Steady, Rolling } };
        configuration.KeyRing!.ToList().ForEach(options.KeyRingAddresses.Add);
        configuration.Crypto!.ToList().ForEach(options.CryptoAddresses.Add);
        return DkmClient.Create(options);
    }

    /// <summary>SIGKILL, SIGSTOP or SIGCONT to one process, by its name.</summary>
    public Task SignalAsync(string name, string signal) => ScriptAsync("stop", name, signal);

    public Task StartAsync(string name) => ScriptAsync("start", name);

    internal Task<CommandResult> DkmAsync(params string[] arguments) => ChildProcess.RunAsync(Binaries.Find("dkm"), arguments, environment, folder: folder);

    public async Task ExpectAsync(params string[] arguments)
    {
        var result = await DkmAsync(arguments);
        Assert.True(result.ExitCode == 0, $"dkm {string.Join(' ', arguments)}: {result.ExitCode} {result.Error}");
    }

    /// <summary>Ids of the ring's keys, and when each becomes or became primary.</summary>
    public async Task<IReadOnlyList<(string Id, DateTimeOffset Time)>> KeysAsync(string ring)
    {
        var result = await DkmAsync("key", "list", ring, "--output", "json");
        Assert.True(result.ExitCode == 0, result.Error);
        using var document = JsonDocument.Parse(result.OutputBytes);
        return [.. document.RootElement.EnumerateArray()
            .Select(key => (key.GetProperty("id").GetString()!, key.GetProperty("activate_time").GetDateTimeOffset()))
            .OrderBy(key => key.Item2)];
    }

    /// <summary>When this replica was elected last, empty if never.</summary>
    public string LastElection(string name) =>
        File.ReadLines(Path.Combine(Home, "logs", name + ".log")).LastOrDefault(line => line.Contains("leads rollover", StringComparison.Ordinal)) ?? string.Empty;

    public async ValueTask DisposeAsync()
    {
        await ScriptAsync("down");
        Directory.Delete(folder, recursive: true);
    }

    private async Task ScriptAsync(params string[] arguments)
    {
        var result = await ChildProcess.RunAsync(Path.Combine(Binaries.Repository, "deploy", "cluster.sh"), arguments, environment, folder: folder);
        Assert.True(result.ExitCode == 0, $"cluster.sh {string.Join(' ', arguments)}: {result.ExitCode} {result.Error} {result.Output}");
    }
}
