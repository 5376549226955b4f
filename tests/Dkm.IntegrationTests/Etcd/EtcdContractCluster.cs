namespace Dkm.IntegrationTests.Etcd;

using System.Threading.Tasks;
using Dkm.Storage;
using Dkm.Testing.Etcd;
using Xunit;

/// <summary>A cluster whose every revision belongs to the one test that runs: the contract counts them.</summary>
[CollectionDefinition(Name)]
public sealed class EtcdContractCluster : ICollectionFixture<EtcdContractCluster>, IAsyncLifetime
{
    public const string Name = "the contract's etcd";

    private EtcdCluster? cluster;

    public EtcdCluster Cluster => cluster!;

    public async ValueTask InitializeAsync() => cluster = await EtcdCluster.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }
    }

    /// <summary>A store over nothing: what the test before left is deleted, and so are its leases, whose ends would be revisions of this one.</summary>
    public async Task<EtcdStore> OpenEmptyAsync()
    {
        await EtcdSweep.RunAsync(Cluster.Options());
        return await Cluster.OpenStoreAsync();
    }
}
