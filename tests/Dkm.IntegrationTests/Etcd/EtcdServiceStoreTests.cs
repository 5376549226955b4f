namespace Dkm.IntegrationTests.Etcd;

using System.Threading.Tasks;
using Dkm.Storage;
using Dkm.Testing.Storage;
using Xunit;

[Collection(EtcdContractCluster.Name)]
public sealed class EtcdServiceStoreTests(EtcdContractCluster etcd) : ServiceStoreContract
{
    protected override async ValueTask<IRevisionedStore> CreateStoreAsync() => await etcd.OpenEmptyAsync();

    protected override async ValueTask<IRevisionedStore> RestartAsync(IRevisionedStore store)
    {
        await store.DisposeAsync();
        return await etcd.Cluster.OpenStoreAsync();
    }
}
