namespace Dkm.IntegrationTests.Held;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.IntegrationTests.Cluster;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Dkm.Testing.Services;
using Dkm.Transport;
using Grpc.Core;
using Xunit;

/// <summary>The drill: etcd is put back to a snapshot that is older than what was written since, with etcd's own tool, under a load that no failure may meet.</summary>
[Collection(HeldCollection.Name)]
public sealed partial class PutBackTests(ClusterFixture cluster)
{
    private const string Older = "an older state was put back";

    private static readonly string[] Replicas = [.. ClusterFixture.ReplicasOf("access"), .. ClusterFixture.ReplicasOf("keyring")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private GroupService.GroupServiceClient Groups => new(cluster.Channel("access-1"));

    private KeyRingService.KeyRingServiceClient Rings => new(cluster.Channel("keyring-1"));

    [Fact]
    public async Task OldSnapshot_UnderRunningReplicas_IsRefusedReportedAndRecoveredWithNoKeyLost()
    {
        await cluster.CreateRingAsync("drill/old", new());
        await using var load = await RingLoad.StartAsync(cluster, "drill/old", ClusterFixture.Steady);
        await load.GoesOnAsync();
        await cluster.CreateGroupAsync("gone");
        var snapshot = await cluster.SaveSnapshotAsync();

        // All of this is younger than the snapshot: a key, a ring, a group that is in use and one that is gone.
        await cluster.Administrator.Groups.DeleteGroupAsync(new() { Name = "gone" }, cancellationToken: Token);
        await cluster.CreateGroupAsync("young", "spiffe://dkm.local/ns/mail/sa/mailbox-worker");
        await cluster.CreateRingAsync("drill/young", new(), "young");
        await cluster.RollAsync("drill/old");
        await using var young = await RingLoad.StartAsync(cluster, "drill/young");
        await load.GoesOnAsync();
        await young.GoesOnAsync();
        await cluster.UntilEachSaysAsync("drill/old", keys => keys.Count == 2);
        var keys = await KeysAsync();

        // The client, and both replicas of Crypto; they hold the ring since after the snapshot.
        await UntilHeldByAsync("drill/young", 3);

        var said = Replicas.ToDictionary(replica => replica, replica => cluster.Log(replica).Length);
        await cluster.PutBackAsync(snapshot);
        await RefusedByAllAsync(said);
        await RefusedToTheAdministratorAsync();
        await ToldByTheDoctorAsync();
        await load.GoesOnAsync();
        await young.GoesOnAsync();

        var recovered = await cluster.DkmAsync("recover", "--output", "json");
        Assert.True(recovered.ExitCode == 0, recovered.Error);
        using (var answer = JsonDocument.Parse(recovered.OutputBytes))
        {
            Assert.Equal(["access", "keyring"], answer.RootElement.EnumerateArray().Select(one => one.GetProperty("service").GetString()).Order());
            Assert.All(answer.RootElement.EnumerateArray(), one => Assert.True(one.GetProperty("recovered").GetBoolean() && EpochOf(one.GetProperty("version").GetString()!) >= 2, $"{one}"));
        }

        await cluster.UntilWellAsync(Replicas);
        Assert.Equal(keys, await KeysAsync());
        await cluster.UntilEachSaysAsync("drill/old", held => held.Count == 2);
        await UntilHeldByAsync("drill/young", 3);
        var groups = (await cluster.Administrator.Groups.ListGroupsAsync(new() { PageSize = 1000 }, cancellationToken: Token)).Groups;
        Assert.Contains(groups, group => group.Name == "young");
        Assert.DoesNotContain(groups, group => group.Name == "gone");
        await cluster.CreateGroupAsync("after");
        await cluster.RollAsync("drill/old");

        // Who starts now has nothing but what the store says, and its mark.
        await cluster.SignalAsync("keyring-2", "TERM");
        await cluster.StartAsync("keyring-2");
        await cluster.UntilWellAsync(Replicas);
        await load.EndAsync();
        await young.OpenAllAsync();
    }

    [Fact]
    public async Task OldSnapshot_UnderAllReplicasRestarted_IsRefusedByTheirMarksUntilAccepted()
    {
        await cluster.CreateRingAsync("drill/kept", new());
        await using var load = await RingLoad.StartAsync(cluster, "drill/kept");
        await load.GoesOnAsync();
        await load.EndAsync();
        var snapshot = await cluster.SaveSnapshotAsync();
        await cluster.CreateGroupAsync("lost");
        await cluster.CreateRingAsync("drill/lost", new());
        await cluster.UntilEachSaysAsync("drill/lost", keys => keys.Count == 1);

        await Task.WhenAll(Replicas.Select(replica => cluster.SignalAsync(replica, "TERM")));
        await cluster.PutBackAsync(snapshot);
        await Task.WhenAll(Replicas.Select(cluster.StartAsync));
        foreach (var service in (string[])["access", "keyring"])
        {
            var found = new HashSet<string>();
            foreach (var replica in ClusterFixture.ReplicasOf(service))
            {
                await cluster.UntilReadyzAsync(replica, HttpStatusCode.ServiceUnavailable, text => text.Contains(Older, StringComparison.Ordinal), "refuses by its mark");
                var text = (await cluster.ReadyzAsync(replica)).Text;
                Assert.Contains(Reasons.StoreRefused, text, StringComparison.Ordinal);

                // KeyRing tells there too what it hears of Access's.
                found.Add(FoundVersion().Matches(text).Single(match => match.Groups[1].Value == service).Groups[2].Value);
            }

            // One replica is given the word; the other gives way by itself.
            var first = ClusterFixture.ReplicasOf(service)[0];
            await cluster.SignalAsync(first, "TERM");
            await cluster.StartWithAsync(first, store => store["AcceptVersion"] = Assert.Single(found), () => Eventually.TrueAsync(
                () => cluster.Log(first).Contains("was accepted by configuration", StringComparison.Ordinal), $"{first} accepts", 60, TimeSpan.FromMilliseconds(200)));
        }

        await cluster.UntilWellAsync(Replicas);
        await RpcAssert.FailsAsync(StatusCode.NotFound, null, Rings.GetKeyRingAsync(new() { Name = "drill/lost" }, cancellationToken: Token));
        await load.OpenAllAsync();
        await cluster.CreateGroupAsync("after-lost");
        await cluster.RollAsync("drill/kept");
        await cluster.UntilEachSaysAsync("drill/kept", keys => keys.Count == 2);
    }

    [GeneratedRegex(@"(\w+): manifest: expected version \S+ or newer, found version (\d+\.\d+) \(an older")]
    private static partial Regex FoundVersion();

    private static int EpochOf(string version) => int.Parse(version.Split('.')[0], System.Globalization.CultureInfo.InvariantCulture);

    private async Task<List<string>> KeysAsync() =>
        [.. (await cluster.ListKeysAsync("keyring-1", "drill/old"))!.Concat((await cluster.ListKeysAsync("keyring-1", "drill/young"))!).Select(key => key.Id)];

    /// <summary>By its own streams, and by what the other replica tells in the store.</summary>
    private Task UntilHeldByAsync(string ring, int holders) => Task.WhenAll(ClusterFixture.ReplicasOf("keyring").Select(replica => Eventually.TrueAsync(
        async () => await cluster.HoldersAsync(replica, ring) == holders, $"{replica} says that {holders} hold {ring}", 60, TimeSpan.FromMilliseconds(200))));

    private Task RefusedByAllAsync(Dictionary<string, int> said) => Task.WhenAll(Replicas.Select(async replica =>
    {
        await cluster.UntilReadyzAsync(replica, HttpStatusCode.OK, text => text.Contains(Older, StringComparison.Ordinal), "says that it refuses");
        Assert.Contains("holds what is refused", cluster.Log(replica)[said[replica]..], StringComparison.Ordinal);
    }));

    private async Task RefusedToTheAdministratorAsync()
    {
        // By the store, or a few seconds later by the policy, which nobody can confirm on this ground.
        foreach (var change in (Func<Task>[])[
            () => Groups.CreateGroupAsync(new() { Group = new() { Name = "meanwhile", Kind = Dkm.Access.V1.Group.Types.Kind.Workload } }, cancellationToken: Token).ResponseAsync,
            () => Rings.RolloverKeyRingAsync(new() { Name = "drill/old", Immediate = true }, cancellationToken: Token).ResponseAsync])
        {
            var refused = await Assert.ThrowsAsync<RpcException>(change);
            Assert.Contains(StatusMapping.FromRpc(refused).Reason, (string[])[Reasons.StoreRefused, Reasons.PolicyStale]);
        }
    }

    private async Task ToldByTheDoctorAsync()
    {
        var (exitCode, checks) = await cluster.DoctorAsync();
        var refusals = checks.Where(check => check.Name == "store" && check.Detail.Contains("refuses what the store holds", StringComparison.Ordinal)).ToList();
        Assert.Equal(Replicas.Length, refusals.Count);
        Assert.All(refusals, check => Assert.Contains("dkm recover", check.Advice, StringComparison.Ordinal));
        Assert.Equal(1, exitCode);
    }
}
