namespace Dkm.IntegrationTests.Etcd;

using System;
using System.Threading.Tasks;
using Dkm.Storage;
using Dkm.Testing.Storage;
using Xunit;

[Collection(EtcdContractCluster.Name)]
public sealed class EtcdStoreContractTests(EtcdContractCluster etcd) : RevisionedStoreContract
{
    protected override async ValueTask<IRevisionedStore> CreateAsync() => await etcd.OpenEmptyAsync();

    protected override Task AdvanceAsync(TimeSpan time) => Task.Delay(time, Token);
}
