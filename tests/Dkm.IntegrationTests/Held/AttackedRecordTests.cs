namespace Dkm.IntegrationTests.Held;

using System;
using System.Net;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.IntegrationTests.Cluster;
using Dkm.IntegrationTests.Tampering;
using Dkm.Testing;
using Dkm.Testing.Services;
using Grpc.Core;
using Xunit;

/// <summary>
/// Whoever has etcd's root writes single records under a running cluster: every replica finds it, says which, serves what it holds and writes nothing, a restarted one is not ready,
/// and once the record is back all goes on by itself. No data operation fails meanwhile. A record of each service; every kind of record is attacked in Tampering.
/// </summary>
[Collection(HeldCollection.Name)]
public sealed class AttackedRecordTests(ClusterFixture cluster)
{
    [Theory]
    [InlineData(Target.Group)]
    [InlineData(Target.Key)]
    public async Task Record_AttackedInEtcd_IsFoundByEveryReplicaAndAfterARestartAndGoesOnWhenItIsBack(Target target)
    {
        await using var etcd = await cluster.OpenEtcdAsync();
        var record = await AttackedRecord.MakeAsync(cluster, etcd, target, $"attacked-{target}".ToLowerInvariant());
        await using var load = await RingLoad.StartAsync(cluster, ClusterFixture.Steady);
        foreach (var attack in Enum.GetValues<Attack>())
        {
            await load.GoesOnAsync();
            await UntilTheSameAsync(record);
            var before = await record.ReadAsync(record.Replicas[0]);
            var undo = await record.AttackAsync(attack);
            try
            {
                foreach (var replica in record.Replicas)
                {
                    await DemandRefusalAsync(record, replica, before);
                }

                // Of all four this is the one that a thief wants; what a start finds of the others it finds the same way (StoppedStoreTests).
                if (attack == Attack.RollBack)
                {
                    await cluster.SignalAsync(record.Replicas[1], "TERM");
                    await cluster.StartAsync(record.Replicas[1]);
                    await UntilNamedAsync(record, record.Replicas[1], HttpStatusCode.ServiceUnavailable);
                    await load.GoesOnAsync();
                }
            }
            finally
            {
                await undo();
            }

            await cluster.UntilWellAsync(record.Replicas);
            foreach (var replica in record.Replicas)
            {
                await record.ChangeAsync(replica);
            }
        }

        await load.EndAsync();
    }

    private static Task UntilTheSameAsync(AttackedRecord record) => Eventually.TrueAsync(
        async () => Equals(await record.ReadAsync(record.Replicas[0]), await record.ReadAsync(record.Replicas[1])), "both have the newest", 60);

    private async Task DemandRefusalAsync(AttackedRecord record, string replica, object before)
    {
        await UntilNamedAsync(record, replica, HttpStatusCode.OK);
        var refused = await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.StoreRefused, () => record.ChangeAsync(replica));
        Assert.Contains(record.Name, refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await record.ReadAsync(replica));
        await Eventually.TrueAsync(() => cluster.Log(replica).Contains(record.Name, StringComparison.Ordinal), $"{replica} logs it");
    }

    private Task UntilNamedAsync(AttackedRecord record, string replica, HttpStatusCode status) =>
        cluster.UntilReadyzAsync(replica, status, text => text.Contains(record.Name, StringComparison.Ordinal), $"names {record.Name}");
}
