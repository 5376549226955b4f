namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Client;
using Dkm.KeyRing.V1;
using Dkm.Transport;

/// <content>Its groups and rings, and clients that hold them.</content>
public sealed partial class ClusterFixture
{
    /// <summary>Of workloads.</summary>
    public async Task CreateGroupAsync(string name, params string[] members) => await Administrator.Groups.CreateGroupAsync(
        new CreateGroupRequest { Group = new Group { Name = name, Kind = Group.Types.Kind.Workload, Members = { members } } }, cancellationToken: Token);

    /// <summary>That the worker's group may hold, unless another is named.</summary>
    public async Task CreateRingAsync(string name, KeyRingPolicy policy, string group = "workers") => await Administrator.Rings.CreateKeyRingAsync(
        new CreateKeyRingRequest
        {
            KeyRing = new KeyRing { Name = name, Policy = policy, Bindings = { new Binding { Group = group, Permissions = { Permission.Hold } } } },
        },
        cancellationToken: Token);

    /// <summary>A key more, which is primary at once.</summary>
    public async Task RollAsync(string ring) => await Administrator.Rings.RolloverKeyRingAsync(new RolloverKeyRingRequest { Name = ring, Immediate = true }, cancellationToken: Token);

    public DkmClient Client() => Client(Steady, Rolling, Fresh);

    /// <summary>A client of its own that waits for these rings.</summary>
    public DkmClient Client(params IEnumerable<string> rings) => Client(rings, TimeSpan.FromSeconds(10));

    /// <summary>The same, that waits so long.</summary>
    public DkmClient Client(IEnumerable<string> rings, TimeSpan start)
    {
        var configuration = DkmHome.ReadConfiguration(Home)!;
        var options = new DkmClientOptions
        {
            TrustDomain = configuration.TrustDomain,
            IdentityDirectory = DkmHome.IdentityDirectory(Home, Worker),
            StartTimeout = start,
            ResolveTimeout = TimeSpan.FromSeconds(2),
            ArchivedKeyCapacity = 10_000,
        };
        rings.ToList().ForEach(options.Rings.Add);
        configuration.KeyRing!.ToList().ForEach(options.KeyRingAddresses.Add);
        configuration.Crypto!.ToList().ForEach(options.CryptoAddresses.Add);
        return DkmClient.Create(options);
    }
}
