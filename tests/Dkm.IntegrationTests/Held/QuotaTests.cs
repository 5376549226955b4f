namespace Dkm.IntegrationTests.Held;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.IntegrationTests.Cluster;
using Dkm.KeyRing.V1;
using Dkm.Storage;
using Dkm.Testing;
using Dkm.Testing.Services;
using Grpc.Core;
using Xunit;

/// <summary>etcd out of room under a load: who uses keys notices nothing, who changes something is told why and what to do, and afterwards all goes on.</summary>
[Collection(HeldCollection.Name)]
public sealed class QuotaTests(ClusterFixture cluster)
{
    private const string Filler = "/filler";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Quota_UsedUp_DataGoesOnChangesSayWhyAndRolloverCatchesUpAfterwards()
    {
        var groups = new GroupService.GroupServiceClient(cluster.Channel("access-1"));
        var rings = new KeyRingService.KeyRingServiceClient(cluster.Channel("keyring-2"));

        // The rolling ring's lease is five seconds: it lives on renewals, which have to go on as well.
        await using var load = await RingLoad.StartAsync(cluster, ClusterFixture.Steady, ClusterFixture.Rolling);
        await load.GoesOnAsync();
        await using var etcd = await cluster.OpenEtcdAsync();
        IReadOnlyList<(string Id, DateTimeOffset Time)> keys;
        try
        {
            await FillAsync(etcd);
            await ToldWhyAsync(() => rings.CreateKeyRingAsync(new() { KeyRing = new() { Name = "quota/more" } }, cancellationToken: Token).ResponseAsync);
            await ToldWhyAsync(() => rings.RolloverKeyRingAsync(new() { Name = ClusterFixture.Steady, Immediate = true }, cancellationToken: Token).ResponseAsync);
            await ToldWhyAsync(() => groups.CreateGroupAsync(new() { Group = new() { Name = "quota-more", Kind = Group.Types.Kind.Workload } }, cancellationToken: Token).ResponseAsync);
            await ToldByTheDoctorAsync();

            // Past the time at which the next key was due, and on the last one for longer than its lease.
            keys = await KeysAsync();
            await Eventually.TrueAsync(() => TimeProvider.System.GetUtcNow() > keys[^1].Time + TimeSpan.FromSeconds(10), "two slots pass", 60, TimeSpan.FromMilliseconds(200));
            await load.GoesOnAsync();
            Assert.Equal(keys, await KeysAsync());
        }
        finally
        {
            await cluster.MakeRoomInEtcdAsync();
            await etcd.CommitAsync(new StoreTransaction { Deletes = [Filler] }, CancellationToken.None);
        }

        await cluster.CreateRingAsync("quota/after", new());
        await cluster.CreateGroupAsync("quota-after");
        await cluster.UntilEachSaysAsync(ClusterFixture.Rolling, now => now.Count >= keys.Count + 2);
        var after = await KeysAsync();
        Assert.Equal(keys, after.Take(keys.Count));

        // One key for all the slots that were missed, and then one for each again.
        Assert.All(after.Zip(after.Skip(1)), pair => Assert.True(pair.Second.Time - pair.First.Time >= ClusterFixture.Period, $"{pair}"));
        await load.EndAsync();
    }

    private static async Task ToldWhyAsync(Func<Task> change)
    {
        var refused = await RpcAssert.FailsAsync(StatusCode.Unavailable, Reasons.StoreFull, change);
        Assert.Contains("database space exceeded", refused.Status.Detail, StringComparison.Ordinal);
    }

    /// <summary>Large values over each other: history takes room too.</summary>
    private static async Task FillAsync(EtcdStore etcd)
    {
        var full = await Assert.ThrowsAsync<DkmException>(async () =>
        {
            for (var i = 0; i < 64; i++)
            {
                await etcd.CommitAsync(new StoreTransaction { Puts = [new StorePut(Filler, new byte[1 << 20])] }, Token);
            }
        });
        Assert.Equal((ErrorKind.Unavailable, Reasons.StoreFull), (full.Kind, full.Reason));
    }

    private async Task ToldByTheDoctorAsync()
    {
        var (exitCode, checks) = await cluster.DoctorAsync();
        Assert.Equal(1, exitCode);
        Assert.Contains("used up its quota", Assert.Single(checks, check => check.Name == "etcd quota").Detail, StringComparison.Ordinal);
    }

    /// <summary>Ids of the rolling ring's keys, and when each becomes primary.</summary>
    private async Task<IReadOnlyList<(string Id, DateTimeOffset Time)>> KeysAsync() =>
        [.. (await cluster.Administrator.KeysAsync(ClusterFixture.Rolling)).Select(key => (key.Id.ToString(), key.ActivateTime))];
}
