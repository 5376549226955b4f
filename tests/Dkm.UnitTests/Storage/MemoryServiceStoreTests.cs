namespace Dkm.UnitTests.Storage;

using System;
using System.Threading.Tasks;
using Dkm.Storage;
using Dkm.Testing.Storage;

public sealed class MemoryServiceStoreTests : ServiceStoreContract
{
    protected override ValueTask<IRevisionedStore> CreateStoreAsync() => ValueTask.FromResult<IRevisionedStore>(new MemoryStore(TimeProvider.System));

    protected override ValueTask<IRevisionedStore> RestartAsync(IRevisionedStore store) => ValueTask.FromResult(store);
}
