namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Testing;
using Xunit;

/// <summary>Single processes of a cluster die or hang under a steady load: no data operation fails, administration goes on, another replica leads.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ReplicaFaultTests(ClusterFixture cluster)
{
    /// <summary>DESIGN section 3: whatever is asked for from the fault on is done within it.</summary>
    private static readonly TimeSpan AdministrationLimit = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("access-1", "KILL")]
    [InlineData("crypto-2", "KILL")]
    [InlineData("keyring-2", "KILL")]
    [InlineData("access-2", "STOP")]
    [InlineData("crypto-1", "STOP")]
    [InlineData("keyring-1", "STOP")]
    [InlineData("etcd's leader", "KILL")]
    [InlineData("etcd's leader", "STOP")]
    [InlineData("another of etcd", "STOP")]
    public async Task OneProcess_KilledOrStopped_NoDataOperationFailsAndAdministrationGoesOn(string what, string signal)
    {
        var name = what.Contains(' ', StringComparison.Ordinal) ? await cluster.EtcdMemberAsync(leader: what == "etcd's leader") : what;
        await using var load = await SteadyLoad.StartAsync(cluster);

        await cluster.SignalAllAsync(signal, name);
        try
        {
            var (group, ring) = await cluster.Administrator.ActAsync(AdministrationLimit);
            TestContext.Current.TestOutputHelper?.WriteLine($"{name} {signal}: group {group}; ring {ring}");
            Assert.True(group.Done && ring.Done, $"group {group}; ring {ring}");
            await load.MovesAsync();
        }
        finally
        {
            await cluster.HealAsync(signal, name);
        }

        await load.MovesAsync();
        await load.EndAsync();
    }

    [Fact]
    public async Task Leader_Killed_AnotherLeadsAndNoKeyIsLostOrDoubled()
    {
        await using var load = await SteadyLoad.StartAsync(cluster);
        var before = await cluster.Administrator.KeysAsync(ClusterFixture.Rolling);
        var (leader, other) = cluster.Leaders();
        var earlier = cluster.LastElection(other);

        var start = TimeProvider.System.GetUtcNow();
        await cluster.SignalAllAsync("KILL", leader);
        try
        {
            await Eventually.TrueAsync(() => cluster.LastElection(other) != earlier, $"{other} leads", (int)KeySchedule.ElectionLimit.TotalSeconds);
            TestContext.Current.TestOutputHelper?.WriteLine($"{other} leads after {TimeProvider.System.GetUtcNow() - start}");
            await RollsOnAsync(start);
        }
        finally
        {
            await cluster.StartAsync(leader);
        }

        await load.MovesAsync();
        await load.EndAsync();
        await DemandAsync(load, before, start);
    }

    /// <summary>The signals are sent around the moments at which the leader decides and writes; what it does after them is what a deposed one may do.</summary>
    [Fact]
    public async Task Leader_StoppedAroundItsRolloversPastItsLease_DoesNothingLateAndNoKeyIsLostOrDoubled()
    {
        await using var load = await SteadyLoad.StartAsync(cluster);
        var before = await cluster.Administrator.KeysAsync(ClusterFixture.Rolling);
        var start = TimeProvider.System.GetUtcNow();
        foreach (var offset in (double[])[-0.1, 0, 0.02])
        {
            var (leader, other) = cluster.Leaders();
            var earlier = cluster.LastElection(other);
            await UntilAsync(await NextDueAsync() + TimeSpan.FromSeconds(offset));
            await cluster.SignalAllAsync("STOP", leader);
            try
            {
                await Eventually.TrueAsync(() => cluster.LastElection(other) != earlier, $"{other} leads", (int)KeySchedule.ElectionLimit.TotalSeconds);
            }
            finally
            {
                await cluster.SignalAllAsync("CONT", leader);
            }
        }

        await RollsOnAsync(TimeProvider.System.GetUtcNow());
        await load.EndAsync();
        await DemandAsync(load, before, start);
    }

    /// <summary>Two keys more, so that what the first was made after is known.</summary>
    private Task RollsOnAsync(DateTimeOffset since) => Eventually.TrueAsync(
        async () => (await cluster.Administrator.KeysAsync(ClusterFixture.Rolling)).Count(key => key.CreateTime > since) >= 2, "rollovers go on", 30);

    private async Task<DateTimeOffset> NextDueAsync()
    {
        var due = KeySchedule.DueAfter((await cluster.Administrator.KeysAsync(ClusterFixture.Rolling))[^1]);
        return due > TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(0.5) ? due : due + TimeSpan.FromSeconds(8);
    }

    private static Task UntilAsync(DateTimeOffset time) => Eventually.TrueAsync(() => TimeProvider.System.GetUtcNow() >= time, $"{time:O}", 30);

    private async Task DemandAsync(SteadyLoad load, IReadOnlyList<ClusterKey> before, DateTimeOffset start)
    {
        var keys = await cluster.Administrator.KeysAsync(ClusterFixture.Rolling);
        Assert.Equal(before.Select(key => key.Id), keys.Take(before.Count).Select(key => key.Id));
        KeySchedule.Demand(keys, start, KeySchedule.ElectionLimit);
        KeySchedule.DemandInTurn(keys, load.LocalRolling);
        KeySchedule.DemandInTurn(keys, load.RemoteRolling);
    }
}
