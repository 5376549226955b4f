namespace Dkm.IntegrationTests.Backups;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Storage;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Testing.Etcd;
using Xunit;

/// <summary>The whole drill: a cluster on three members of etcd is backed up and lost with all of its etcd, and comes back on another one, with two replicas of each service.</summary>
[Trait("Binaries", "published")]
public sealed class EtcdDrillTests
{
    private static readonly string[] Rings = ["mail/rolled", "mail/disabled", "mail/compromised", "mail/scheduled", "mail/destroyed", "mail/later", "mail/rolling"];

    [Fact]
    public async Task Drill_LostWithItsEtcd_EveryEnvelopeOpensAndWorkGoesOn()
    {
        await using var cluster = new DrillCluster();
        var envelopes = new Dictionary<string, byte[]>();
        var keys = new Dictionary<string, string>();
        await using (var lost = await EtcdProcesses.StartAsync(cancellationToken: DrillCluster.Token))
        {
            await using var stores = await TwoOfEach.OpenAsync(lost);
            await cluster.StartAsync(stores.Access, stores.KeyRing, awaiting: false);
            await cluster.ReadyAsync();
            await MakeAsync(cluster, envelopes, keys);

            await cluster.DkmAsync("backup", "drill.dkmbackup");

            // What comes after the backup: one more key gone, and a group that is lost.
            await DestroyAsync(cluster, "mail/later", keys);
            await cluster.DkmAsync("group", "create", "too-late", "--kind", "human");
            await System.IO.File.WriteAllTextAsync(
                cluster.PathOf("destroyed.txt"),
                "# of today\n" + (await cluster.DkmAsync("key", "list", "--all", "--state", "destroyed", "--ids")).Output + "0198c6a4-7f7a-7c3e-9d0c-3f6f5d9b8a11 # of another time\n",
                DrillCluster.Token);
            await cluster.StopAsync();
        }

        await using var etcd = await EtcdProcesses.StartAsync(cancellationToken: DrillCluster.Token);
        await using var fresh = await TwoOfEach.OpenAsync(etcd);
        await cluster.StartAsync(fresh.Access, fresh.KeyRing, awaiting: true);
        var restored = (await cluster.JsonAsync("restore", "drill.dkmbackup", "--destroyed", "destroyed.txt")).GetProperty("services");

        // Every replica goes on by itself.
        await cluster.ReadyAsync();
        Assert.All(restored.EnumerateArray(), service => Assert.StartsWith("2.", service.GetProperty("version").GetString(), StringComparison.Ordinal));
        Assert.Equal((2, 1), (restored[1].GetProperty("destroyed_keys").GetInt32(), restored[1].GetProperty("unknown_keys").GetInt32()));
        await AssertAsync(cluster, envelopes, keys);
        await AssertWorkGoesOnAsync(cluster, envelopes);
    }

    private static async Task MakeAsync(DrillCluster cluster, Dictionary<string, byte[]> envelopes, Dictionary<string, string> keys)
    {
        await cluster.DkmAsync("group", "create", "workers", "--kind", "workload", "--member", TestPki.Id(DrillCluster.Worker));
        await cluster.DkmAsync("group", "create", "auditing", "--kind", "human", "--member", TestPki.Id(DrillCluster.Stranger));
        foreach (var ring in Rings)
        {
            string[] policy = ring == "mail/rolling" ? ["--period", "8s", "--lead", "2s", "--key-lease", "5s"] : ["--destroy-delay", ring is "mail/destroyed" or "mail/later" ? "1s" : "1d"];
            await cluster.DkmAsync(["ring", "create", ring, "--bind", "workers=encrypt,decrypt", .. policy]);
            envelopes[ring] = await cluster.ProtectAsync(ring, "of " + ring);
            keys[ring] = (await cluster.JsonAsync("ring", "show", ring)).GetProperty("primary_key_id").GetString()!;
            await cluster.DkmAsync("ring", "roll", ring, "--immediate");
        }

        await cluster.DkmAsync("key", "disable", "mail/disabled", keys["mail/disabled"]);
        await cluster.DkmAsync("key", "compromise", "mail/compromised", keys["mail/compromised"]);
        await cluster.DkmAsync("key", "destroy", "mail/scheduled", keys["mail/scheduled"]);
        await DestroyAsync(cluster, "mail/destroyed", keys);
    }

    private static async Task DestroyAsync(DrillCluster cluster, string ring, Dictionary<string, string> keys)
    {
        await cluster.DkmAsync("key", "destroy", ring, keys[ring]);
        await Eventually.TrueAsync(async () => await StateAsync(cluster, ring, keys[ring]) == "DESTROYED", $"the key of {ring} is destroyed", seconds: 60);
    }

    private static async Task AssertAsync(DrillCluster cluster, Dictionary<string, byte[]> envelopes, Dictionary<string, string> keys)
    {
        foreach (var ring in (string[])["mail/rolled", "mail/rolling"])
        {
            Assert.Equal("of " + ring, (await cluster.UnprotectAsync(envelopes[ring])).Output);
        }

        foreach (var (ring, state) in ((string, string)[])
            [("mail/disabled", "DISABLED"), ("mail/compromised", "COMPROMISED"), ("mail/scheduled", "DESTROY_SCHEDULED"), ("mail/destroyed", "DESTROYED"), ("mail/later", "DESTROYED")])
        {
            Assert.Equal(state, await StateAsync(cluster, ring, keys[ring]));
            Assert.Equal(7, (await cluster.UnprotectAsync(envelopes[ring])).ExitCode);
        }

        await cluster.DkmAsync("key", "enable", "mail/disabled", keys["mail/disabled"]);
        await cluster.DkmAsync("key", "restore", "mail/scheduled", keys["mail/scheduled"]);
        Assert.Equal("of mail/disabled", (await cluster.UnprotectAsync(envelopes["mail/disabled"])).Output);
        Assert.Equal("of mail/scheduled", (await cluster.UnprotectAsync(envelopes["mail/scheduled"])).Output);
        Assert.Equal(TestPki.Id(DrillCluster.Stranger), (await cluster.JsonAsync("group", "show", "auditing")).GetProperty("members")[0].GetString());
        Assert.Equal(4, (await cluster.TryDkmAsync("group", "show", "too-late")).ExitCode);
    }

    private static async Task AssertWorkGoesOnAsync(DrillCluster cluster, Dictionary<string, byte[]> envelopes)
    {
        var before = (await cluster.JsonAsync("key", "list", "mail/rolling")).GetArrayLength();
        await Eventually.TrueAsync(
            async () => (await cluster.JsonAsync("key", "list", "mail/rolling")).GetArrayLength() > before, "the ring rolls over by itself", seconds: 60);
        await cluster.DkmAsync("group", "create", "after", "--kind", "workload");
        foreach (var ring in Rings)
        {
            var anew = await cluster.ProtectAsync(ring, "anew");
            Assert.Equal("anew", (await cluster.UnprotectAsync(anew)).Output);
        }

        Assert.Equal("of mail/rolling", (await cluster.UnprotectAsync(envelopes["mail/rolling"])).Output);
    }

    private static async Task<string?> StateAsync(DrillCluster cluster, string ring, string key) =>
        (await cluster.JsonAsync("key", "show", ring, key)).GetProperty("state").GetString();

    /// <summary>The stores of two replicas of each service, each with its service's own identity.</summary>
    private sealed class TwoOfEach : IAsyncDisposable
    {
        public List<IRevisionedStore> Access { get; } = [];

        public List<IRevisionedStore> KeyRing { get; } = [];

        public static async Task<TwoOfEach> OpenAsync(EtcdProcesses etcd)
        {
            var stores = new TwoOfEach();
            for (var i = 0; i < 2; i++)
            {
                stores.Access.Add(await etcd.OpenStoreAsync("dkm-access", DrillCluster.Token));
                stores.KeyRing.Add(await etcd.OpenStoreAsync("dkm-keyring", DrillCluster.Token));
            }

            return stores;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var store in Access.Concat(KeyRing))
            {
                await store.DisposeAsync();
            }
        }
    }
}
