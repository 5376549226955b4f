namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Dkm.IntegrationTests.Cli;
using Dkm.Storage;
using Dkm.Testing;
using Dkm.Testing.Etcd;
using Etcdserverpb;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <summary>
/// RELIABILITY P2: the leader is stopped between its decision and the commit, for longer than its lease. Its transaction is on the way all the time, and arrives when another leads who has not
/// written anything yet: ring and manifest are as the late one expects them, so that nothing but the fence can refuse it.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class DeposedLeaderTests(ClusterFixture cluster)
{
    private const string Keys = "/dkm/v1/keyring/keys/";

    private static readonly string Election = StorePath.Election("keyring", "rollover");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leader_StoppedBetweenDecisionAndCommitPastItsLease_ItsLateWriteIsRefusedAndItDoesNothingMore()
    {
        await cluster.ReadyAsync();
        await using var gate = await EtcdGate.StartAsync(cluster.EtcdOptions());
        await using var store = await EtcdStore.OpenAsync(cluster.EtcdOptions(), TimeProvider.System, NullLogger.Instance, Token);
        try
        {
            await Task.WhenAll(cluster.SignalAsync("keyring-1", "TERM"), cluster.SignalAsync("keyring-2", "TERM"));
            await using var leader = Start(gate);
            var late = await gate.HoldAsync(WritesAKey).WaitAsync(TimeSpan.FromSeconds(40), Token);
            await leader.SignalAsync("-STOP");
            var keys = await KeysAsync(store);
            await using (var other = LeaderElection.Start(store, Election, "a test", TimeSpan.FromSeconds(5), TimeProvider.System, NullLogger.Instance))
            {
                await other.WaitAsync(Token).WaitAsync(KeySchedule.ElectionLimit, Token);

                var answer = await gate.ReleaseAsync();
                Assert.False(answer.Succeeded, "etcd took the write of a leader that is deposed");
                Assert.Equal([Election], Refusing(late, answer));

                var seen = (gate.Transactions.Count, Watches: gate.Watches.Count);
                await leader.SignalAsync("-CONT");
                await Eventually.TrueAsync(() => leader.Said.Contains("no longer leads", StringComparison.Ordinal), "it knows that it does not lead");
                await Eventually.TrueAsync(() => leader.Said.Contains("was put off", StringComparison.Ordinal), "it knows that its write is refused");
                await Eventually.TrueAsync(() => gate.Watches.Skip(seen.Watches).Contains(Election), "it waits for its turn to lead");

                Assert.DoesNotContain(gate.Transactions.Skip(seen.Count), one => one.Response.Succeeded && WritesAKey(one.Request));
                Assert.Equal(keys, await KeysAsync(store));
            }

            // The other one steps down: now it leads again, and decides anew.
            await Eventually.TrueAsync(async () => (await KeysAsync(store)).Count > keys.Count, "it leads again and makes the key");
            Assert.Equal(keys, (await KeysAsync(store)).Take(keys.Count));
        }
        finally
        {
            await Task.WhenAll(cluster.StartAsync("keyring-1"), cluster.StartAsync("keyring-2"));
        }

        await using var load = await SteadyLoad.StartAsync(cluster);
        KeySchedule.Demand(await cluster.Administrator.KeysAsync(ClusterFixture.Rolling), DateTimeOffset.MaxValue, TimeSpan.FromMinutes(1));
        await load.EndAsync();
    }

    private static bool WritesAKey(TxnRequest request) =>
        request.Success.Any(operation => operation.RequestPut?.Key.ToStringUtf8().StartsWith(Keys, StringComparison.Ordinal) == true);

    /// <summary>The compares that do not hold, by what etcd says lies there.</summary>
    private static List<string> Refusing(TxnRequest request, TxnResponse answer) =>
    [
        .. request.Compare.Zip(answer.Responses)
            .Where(pair => pair.First.Target == Compare.Types.CompareTarget.Mod
                ? pair.First.ModRevision != (pair.Second.ResponseRange.Kvs.SingleOrDefault()?.ModRevision ?? 0)
                : pair.First.CreateRevision != (pair.Second.ResponseRange.Kvs.SingleOrDefault()?.CreateRevision ?? 0))
            .Select(pair => pair.First.Key.ToStringUtf8()),
    ];

    private static async Task<IReadOnlyList<string>> KeysAsync(EtcdStore store) =>
        [.. (await store.RangeAsync(Keys, null, StoreLimits.MaximumPageSize, 0, Token)).Entries.OrderBy(entry => entry.CreateRevision).Select(entry => entry.Path)];

    /// <summary>A replica in the place of the first, whose way to etcd leads through the gate.</summary>
    private ChildProcess Start(EtcdGate gate)
    {
        var configuration = cluster.KeyRingConfiguration();
        configuration["Store"]!["Etcd"] = new JsonObject
        {
            ["Endpoints"] = new JsonArray([.. gate.Endpoints.Select(endpoint => JsonValue.Create(endpoint.ToString()))]),
            ["AllowPlaintext"] = true,
        };
        var file = Path.Combine(cluster.Home, "config", "keyring-gated.json");
        File.WriteAllText(file, configuration.ToJsonString());
        return ChildProcess.Start(
            Binaries.Find("dkm-keyring"),
            [
                "--config", file,
                $"--Server:Listen=127.0.0.1:{cluster.FirstPort + 2}",
                $"--Server:Health=127.0.0.1:{cluster.FirstPort + 8}",
                $"--Store:StateDirectory={Path.Combine(cluster.Home, "state", "keyring-1")}",
            ],
            new Dictionary<string, string>(StringComparer.Ordinal));
    }
}
