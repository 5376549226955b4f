namespace Dkm.IntegrationTests.Held;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.IntegrationTests.Cluster;
using Dkm.IntegrationTests.KeyRing;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Xunit;

/// <summary>The history goes while a replica does not see it: what happened meanwhile cannot be watched any more, and is read.</summary>
[Collection(HeldCollection.Name)]
public sealed class WatchOutageTests(ClusterFixture cluster)
{
    private const string Compacted = "the store's history begins at";
    private const string Ring = "outage/ring";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Compaction_WhileAReplicaIsCutOff_IsReadAnewAndHeldAndServed()
    {
        await cluster.CreateRingAsync(Ring, new());
        await cluster.CreateGroupAsync("outage-gone");
        await using var load = await RingLoad.StartAsync(cluster, Ring, ClusterFixture.Steady);
        await using var keyRing = await ExtraReplica.StartAsync(cluster, "keyring");
        await using var access = await ExtraReplica.StartAsync(cluster, "access");
        using var admin = keyRing.Channel(cluster, "admin");
        using var worker = keyRing.Channel(cluster, ClusterFixture.Worker);
        using var accessAdmin = access.Channel(cluster, "admin");
        var rings = new KeyRingService.KeyRingServiceClient(admin);
        var keySets = new KeySetService.KeySetServiceClient(worker);
        var groups = new GroupService.GroupServiceClient(accessAdmin);
        await using var holder = await TestHolder.OpenAsync(keySets, transient: false, Ring);
        var held = await holder.SetAsync(Ring);
        var others = new GroupService.GroupServiceClient(cluster.Channel("access-1"));

        keyRing.Cut();
        access.Cut();
        try
        {
            await cluster.RollAsync(Ring);
            await cluster.CreateRingAsync("outage/made", new());
            await cluster.CreateGroupAsync("outage-made");
            await cluster.Administrator.Groups.DeleteGroupAsync(new() { Name = "outage-gone" }, cancellationToken: Token);
            await CompactAsync();

            // It knows nothing of that, says so to nobody who need not know, and serves what it has.
            var keys = await rings.ListKeysAsync(new() { KeyRing = Ring }, cancellationToken: Token);
            Assert.Single(keys.Keys);
            var resolved = await keySets.ResolveKeyAsync(new() { KeyId = held.Keys[0].Id }, cancellationToken: Token);
            Assert.Equal(held.Keys[0].Material, resolved.Key.Material);
            Assert.False(holder.Reading.IsCompleted);
            await load.GoesOnAsync();
        }
        finally
        {
            keyRing.Heal();
            access.Heal();
        }

        await Eventually.TrueAsync(() => keyRing.Said.Contains(Compacted, StringComparison.Ordinal) && access.Said.Contains(Compacted, StringComparison.Ordinal), "both meet what is gone", 60, TimeSpan.FromMilliseconds(200));
        var now = await holder.SetAsync(Ring, set => set.Keys.Count == 2);
        Assert.True(now.Revision > held.Revision);
        await Eventually.TrueAsync(async () => (await rings.ListKeysAsync(new() { KeyRing = "outage/made" }, cancellationToken: Token)).Keys.Count == 1, "the new ring is there");
        await Eventually.TrueAsync(
            async () => (await groups.ListGroupsAsync(new(), cancellationToken: Token)).Equals(await others.ListGroupsAsync(new(), cancellationToken: Token)), "the groups are the same");
        Assert.DoesNotContain((await groups.ListGroupsAsync(new(), cancellationToken: Token)).Groups, group => group.Name == "outage-gone");

        // The watch lives: what comes now is told by it, and the replica writes too.
        await rings.RolloverKeyRingAsync(new() { Name = Ring, Immediate = true }, cancellationToken: Token);
        await cluster.UntilEachSaysAsync(Ring, keys => keys.Count == 3);
        await cluster.RollAsync(Ring);
        await holder.SetAsync(Ring, set => set.Keys.Count == 4);
        await load.EndAsync();
    }

    /// <summary>Everything but the newest revision goes.</summary>
    private async Task CompactAsync()
    {
        await using var etcd = await cluster.OpenEtcdAsync();
        await etcd.CompactAsync((await etcd.GetAsync(Dkm.Storage.StorePath.Cluster, 0, Token)).Revision, Token);
    }
}
