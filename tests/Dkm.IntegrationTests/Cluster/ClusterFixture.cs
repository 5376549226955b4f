namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Dkm.IntegrationTests.Cli;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Dkm.Transport;
using Google.Protobuf.WellKnownTypes;
using Xunit;

/// <summary>
/// The cluster of <c>make cluster</c> on free ports: three etcd members and two replicas of each service as processes of their own. A test undoes what it does to them.
/// </summary>
public sealed partial class ClusterFixture : IAsyncLifetime
{
    /// <summary>Long leases: whoever holds it can do without KeyRing for an hour.</summary>
    public const string Steady = "mail/steady";

    /// <summary>The shortest periods of development: a key every eight seconds, and whoever holds it can do without KeyRing for five.</summary>
    public const string Rolling = "mail/rolling";

    /// <summary>Crypto may decide by a policy of <see cref="Staleness"/> on it, and whoever holds it can do without KeyRing for long.</summary>
    public const string Fresh = "mail/fresh";

    /// <summary>Its first key is archived.</summary>
    public const string Aged = "mail/aged";

    /// <summary>The <c>key_lease</c> of <see cref="Rolling"/>.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    /// <summary>The <c>rollover_period</c> of <see cref="Rolling"/>.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(8);

    /// <summary>The <c>policy_staleness</c> of <see cref="Fresh"/>.</summary>
    public static readonly TimeSpan Staleness = TimeSpan.FromSeconds(7);

    public const string Worker = "mailbox-worker";

    // Nine processes that start at once are enough for one machine.
    private static readonly SemaphoreSlim Starting = new(1, 1);

    private readonly string folder = Directory.CreateTempSubdirectory("dkm-cluster-").FullName;
    private readonly Dictionary<string, string> environment;

    public ClusterFixture() => environment = new(StringComparer.Ordinal)
    {
        ["DKM_HOME"] = Home,
        ["DKM_PORT"] = "0",
        ["PATH"] = $"{EtcdWithQuota()}:{Binaries.Folder}:{Environment.GetEnvironmentVariable("PATH")}",
    };

    /// <summary>Of 18, by their places (deploy/cluster.sh).</summary>
    internal int FirstPort => DkmHome.ReadConfiguration(Home)!.Access![0].Port;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal string Home => Path.Combine(folder, "home");

    /// <summary>Calls of the administrator.</summary>
    internal ClusterAdministrator Administrator { get; private set; } = null!;

    /// <summary>The replica of KeyRing that was elected last.</summary>
    public string Leader => ((string[])["keyring-1", "keyring-2"]).MaxBy(LastElection, StringComparer.Ordinal)!;

    /// <summary>The replica of KeyRing that was elected last, and the one that is left.</summary>
    public (string Leader, string Other) Leaders() => Leader == "keyring-1" ? ("keyring-1", "keyring-2") : ("keyring-2", "keyring-1");

    public async ValueTask InitializeAsync()
    {
        await Starting.WaitAsync(Token);
        try
        {
            await ScriptAsync("up");
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
        finally
        {
            Starting.Release();
        }

        Administrator = new ClusterAdministrator(Home);
        await CreateGroupAsync("workers", "spiffe://dkm.local/ns/mail/sa/" + Worker);
        await CreateRingAsync(Steady, new());
        await CreateRingAsync(Rolling, new KeyRingPolicy { KeyLease = Lease.ToDuration(), ActivationLead = TimeSpan.FromSeconds(2).ToDuration(), RolloverPeriod = Period.ToDuration() });
        await CreateRingAsync(Fresh, new KeyRingPolicy { PolicyStaleness = Staleness.ToDuration() });
        await CreateRingAsync(Aged, new KeyRingPolicy { ArchiveAfter = 1 });
    }

    /// <summary>SIGKILL, SIGSTOP or SIGCONT to one process, by its name.</summary>
    public Task SignalAsync(string name, string signal) => ScriptAsync("stop", name, signal);

    /// <summary>A signal to several at the same moment: each by the id that the script wrote down when it started it.</summary>
    public async Task SignalAllAsync(string signal, params string[] names)
    {
        var ids = names.Select(name => File.ReadAllText(Path.Combine(Home, "run", name + ".pid")).Trim()).ToList();
        foreach (var id in ids)
        {
            var command = await File.ReadAllTextAsync($"/proc/{id}/cmdline");
            Assert.Contains(Home, command, StringComparison.Ordinal);
        }

        using var kill = Process.Start("kill", ["-" + signal, .. ids]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    /// <summary>After SIGSTOP or SIGKILL.</summary>
    public async Task HealAsync(string signal, params string[] names)
    {
        if (signal == "STOP")
        {
            await SignalAllAsync("CONT", names);
        }
        else
        {
            await Task.WhenAll(names.Select(StartAsync));
        }
    }

    /// <summary>Waits until every process serves: the test before may have killed some.</summary>
    public async Task ReadyAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        foreach (var address in Enumerable.Range(0, 6).Select(place => new Uri($"http://127.0.0.1:{FirstPort + 6 + place}/readyz")))
        {
            await Eventually.TrueAsync(async () => await IsReadyAsync(http, address), $"{address} is ready", 60);
        }

        await EtcdMemberAsync(leader: true);
    }

    /// <summary>KeyRing's configuration, to be changed.</summary>
    internal JsonNode KeyRingConfiguration() => JsonNode.Parse(File.ReadAllText(Path.Combine(Home, "config", "keyring.json")))!;

    public Task StartAsync(string name) => ScriptAsync("start", name);

    internal Task<CommandResult> DkmAsync(params string[] arguments) => ChildProcess.RunAsync(Binaries.Find("dkm"), arguments, environment, folder: folder);

    /// <summary>When this replica was elected last, empty if never.</summary>
    public string LastElection(string name) =>
        File.ReadLines(Path.Combine(Home, "logs", name + ".log")).LastOrDefault(line => line.Contains("leads rollover", StringComparison.Ordinal)) ?? string.Empty;

    public async ValueTask DisposeAsync()
    {
        Administrator?.Dispose();
        channels.Values.ToList().ForEach(channel => channel.Dispose());
        await ScriptAsync("down");
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, Uri address)
    {
        try
        {
            using var answer = await http.GetAsync(address);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task ScriptAsync(params string[] arguments)
    {
        var result = await ChildProcess.RunAsync(Path.Combine(Binaries.Repository, "deploy", "cluster.sh"), arguments, environment, folder: folder, seconds: 180);
        Assert.True(result.ExitCode == 0, $"cluster.sh {string.Join(' ', arguments)}: {result.ExitCode} {result.Error} {result.Output}");
    }
}
