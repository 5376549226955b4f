namespace Dkm.Cli.Doctor.Rules;

using System.Collections.Generic;
using System.Linq;
using Dkm.Status.V1;

/// <summary>A member of etcd through the eyes of one replica.</summary>
internal sealed record SeenMember(ReplicaFacts By, StoreMember Member)
{
    public static IEnumerable<SeenMember> All(IReadOnlyList<ReplicaFacts> replicas) => replicas
        .Where(replica => replica.Status?.Store is { Kind: StoreStatus.Types.Kind.Etcd })
        .SelectMany(replica => replica.Status!.Store.Members.Select(member => new SeenMember(replica, member)));
}
