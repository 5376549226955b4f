namespace Dkm.IntegrationTests.Held;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.IntegrationTests.Cluster;
using Dkm.IntegrationTests.Tampering;
using Dkm.KeyRing.V1;
using Dkm.Storage;
using Dkm.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Xunit;

/// <summary>A record of the cluster that has an older version, another of its kind, and how the service that owns it is read and written.</summary>
internal sealed class AttackedRecord
{
    private readonly ClusterFixture cluster;
    private readonly EtcdStore etcd;
    private readonly Target target;
    private readonly string name;
    private byte[] older = [];
    private string other = string.Empty;

    private AttackedRecord(ClusterFixture cluster, EtcdStore etcd, Target target, string name)
    {
        this.cluster = cluster;
        this.etcd = etcd;
        this.target = target;
        this.name = name;
    }

    public string Path { get; private set; } = string.Empty;

    /// <summary>As refusals name it.</summary>
    public string Name => Path[(Path.IndexOf('/', StorePath.Root.Length) + 1)..];

    public IReadOnlyList<string> Replicas => ClusterFixture.ReplicasOf(target == Target.Group ? "access" : "keyring");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="cluster">Where.</param>
    /// <param name="etcd">With root's rights.</param>
    /// <param name="target">What kind of record.</param>
    /// <param name="name">Of its own in the cluster.</param>
    public static async Task<AttackedRecord> MakeAsync(ClusterFixture cluster, EtcdStore etcd, Target target, string name)
    {
        var record = new AttackedRecord(cluster, etcd, target, name);
        await (target == Target.Group ? record.MakeGroupsAsync() : record.MakeRingsAsync());
        return record;
    }

    /// <summary>Does it, and answers what undoes it.</summary>
    public async Task<Func<Task>> AttackAsync(Attack attack)
    {
        var (value, others) = (await RawAsync(Path), await RawAsync(other));
        byte[] altered = [.. value.Take(value.Length - 1), (byte)(value[^1] ^ 1)];
        await WriteAsync(attack switch
        {
            Attack.Delete => [],
            Attack.Alter => [(Path, altered)],
            Attack.Swap => [(Path, others), (other, value)],
            _ => [(Path, older)],
        });
        return () => WriteAsync([(Path, value), (other, others)]);
    }

    /// <summary>What a replica says of it.</summary>
    public async Task<object> ReadAsync(string replica) => target switch
    {
        Target.Group => await Groups(replica).GetGroupAsync(new() { Name = $"{name}-first" }, cancellationToken: Token),
        Target.Ring => await Rings(replica).GetKeyRingAsync(new() { Name = $"{name}/first" }, cancellationToken: Token),
        _ => await Rings(replica).ListKeysAsync(new() { KeyRing = $"{name}/first" }, cancellationToken: Token),
    };

    /// <summary>A change of another record: nothing at all is written on that ground. A replica that has not seen the last one yet loses the race, and is asked again.</summary>
    public Task ChangeAsync(string replica) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                await (target == Target.Group ? ChangeGroupAsync(Groups(replica)) : ChangeRingAsync(Rings(replica)));
                return true;
            }
            catch (RpcException lost) when (lost.StatusCode == StatusCode.Aborted)
            {
                return false;
            }
        },
        $"{replica} changes another record");

    private async Task ChangeGroupAsync(GroupService.GroupServiceClient groups)
    {
        var group = await groups.GetGroupAsync(new() { Name = $"{name}-second" }, cancellationToken: Token);
        group.Description = Guid.NewGuid().ToString();
        await groups.UpdateGroupAsync(new() { Group = group, UpdateMask = FieldMask.FromString("description") }, cancellationToken: Token);
    }

    private async Task ChangeRingAsync(KeyRingService.KeyRingServiceClient rings)
    {
        var ring = await rings.GetKeyRingAsync(new() { Name = $"{name}/second" }, cancellationToken: Token);
        ring.Description = Guid.NewGuid().ToString();
        await rings.UpdateKeyRingAsync(new() { KeyRing = ring, UpdateMask = FieldMask.FromString("description") }, cancellationToken: Token);
    }

    private async Task MakeGroupsAsync()
    {
        var groups = Groups(Replicas[0]);
        foreach (var one in (string[])["first", "second"])
        {
            await groups.CreateGroupAsync(new() { Group = new() { Name = $"{name}-{one}", Kind = Group.Types.Kind.Workload } }, cancellationToken: Token);
        }

        (Path, other) = ($"{StorePath.Service("access")}groups/{name}-first", $"{StorePath.Service("access")}groups/{name}-second");
        older = await RawAsync(Path);
        var group = await groups.GetGroupAsync(new() { Name = $"{name}-first" }, cancellationToken: Token);
        group.Description = "newer";
        await groups.UpdateGroupAsync(new() { Group = group, UpdateMask = FieldMask.FromString("description") }, cancellationToken: Token);
    }

    private async Task MakeRingsAsync()
    {
        var rings = Rings(Replicas[0]);
        var second = await rings.CreateKeyRingAsync(new() { KeyRing = new() { Name = $"{name}/second" } }, cancellationToken: Token);
        var first = await rings.CreateKeyRingAsync(new() { KeyRing = new() { Name = $"{name}/first" } }, cancellationToken: Token);
        var pending = await rings.RolloverKeyRingAsync(new() { Name = first.Name }, cancellationToken: Token);
        var prefix = StorePath.Service("keyring");
        (Path, other) = target == Target.Ring
            ? ($"{prefix}rings/{first.Name}", $"{prefix}rings/{second.Name}")
            : ($"{prefix}keys/{first.Uid}/{pending.Id}", $"{prefix}keys/{first.Uid}/{first.PrimaryKeyId}");
        older = await RawAsync(Path);

        // It archives what was pending, so ring and key both have a newer version now.
        await rings.RolloverKeyRingAsync(new() { Name = first.Name, Immediate = true }, cancellationToken: Token);
    }

    private GroupService.GroupServiceClient Groups(string replica) => new(cluster.Channel(replica));

    private KeyRingService.KeyRingServiceClient Rings(string replica) => new(cluster.Channel(replica));

    private async Task<byte[]> RawAsync(string path) => (await etcd.GetAsync(path, 0, Token)).Entry!.Value.ToArray();

    /// <summary>With nothing, the record goes.</summary>
    private async Task WriteAsync((string Path, byte[] Value)[] values) => await etcd.CommitAsync(
        new StoreTransaction { Puts = [.. values.Select(value => new StorePut(value.Path, value.Value))], Deletes = values.Length == 0 ? [Path] : [] }, Token);
}
