namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Testing;
using Xunit;

/// <summary>Single processes of a cluster die or hang under a steady load: no data operation fails, administration goes on, another replica leads.</summary>
public sealed class ReplicaFaultTests(ClusterFixture cluster) : IClassFixture<ClusterFixture>
{
    /// <summary>DESIGN section 3: administration goes on within five seconds; a command's own start comes on top.</summary>
    private const string AdministrationLimit = "7s";

    /// <summary>The lease of the election, 10 s, and two.</summary>
    private const int ElectionSeconds = 12;

    [Theory]
    [InlineData("access-1", "KILL")]
    [InlineData("crypto-2", "KILL")]
    [InlineData("keyring-2", "KILL")]
    [InlineData("crypto-1", "STOP")]
    [InlineData("access-2", "STOP")]
    [InlineData("etcd-1", "KILL")]
    [InlineData("etcd-0", "STOP")]
    public async Task OneProcess_KilledOrStopped_NoDataOperationFailsAndAdministrationGoesOn(string name, string signal)
    {
        await using var load = await SteadyLoad.StartAsync(cluster);
        await Eventually.TrueAsync(() => load.Remote > 20, "the load runs");
        var before = load.Remote;

        await cluster.SignalAsync(name, signal);
        try
        {
            await cluster.ExpectAsync("group", "create", $"during-{name}-{signal}".ToLowerInvariant(), "--kind", "workload", "--timeout", AdministrationLimit);
            await cluster.ExpectAsync("ring", "create", $"during/{name}-{signal}".ToLowerInvariant(), "--bind", "workers=hold", "--timeout", AdministrationLimit);
            await Eventually.TrueAsync(() => load.Remote > before + 100, "the load goes on");
        }
        finally
        {
            await HealAsync(name, signal);
        }

        await load.EndAsync();
    }

    [Fact]
    public async Task Leader_Killed_AnotherLeadsAndNoKeyIsLostOrDoubled()
    {
        await using var load = await SteadyLoad.StartAsync(cluster);
        await Eventually.TrueAsync(() => cluster.LastElection(cluster.Leader).Length > 0, "one leads");
        var leader = cluster.Leader;
        var other = leader == "keyring-1" ? "keyring-2" : "keyring-1";
        var earlier = cluster.LastElection(other);

        await cluster.SignalAsync(leader, "KILL");
        try
        {
            await Eventually.TrueAsync(() => cluster.LastElection(other) != earlier, $"{other} leads", ElectionSeconds);
            var keys = (await cluster.KeysAsync(ClusterFixture.Rolling)).Count;
            await Eventually.TrueAsync(async () => (await cluster.KeysAsync(ClusterFixture.Rolling)).Count >= keys + 2, "rollovers go on", 30);
        }
        finally
        {
            await cluster.StartAsync(leader);
        }

        await load.EndAsync();
        var all = await cluster.KeysAsync(ClusterFixture.Rolling);
        Assert.Equal(all.Count, all.Select(key => key.Time).Distinct().Count());
        Assert.All(all.Zip(all.Skip(1)), pair => Assert.True(pair.Second.Time - pair.First.Time >= TimeSpan.FromSeconds(7), $"{pair}"));
        Assert.Subset(all.Select(key => key.Id).ToHashSet(), load.KeysUsed.Select(key => key.ToString()).ToHashSet());
    }

    private Task HealAsync(string name, string signal) => signal == "STOP" ? cluster.SignalAsync(name, "CONT") : cluster.StartAsync(name);
}
