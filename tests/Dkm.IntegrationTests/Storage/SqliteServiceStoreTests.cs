namespace Dkm.IntegrationTests.Storage;

using System;
using System.Threading.Tasks;
using Dkm.Storage;
using Dkm.Testing.Storage;
using Microsoft.Extensions.Logging.Abstractions;

public sealed class SqliteServiceStoreTests : ServiceStoreContract
{
    private readonly StoreDirectory directory = new();

    protected override async ValueTask<IRevisionedStore> CreateStoreAsync() => await SqliteStore.OpenAsync(
        new SqliteStoreOptions { Path = directory.Database }, TimeProvider.System, NullLogger.Instance, Token);

    protected override async ValueTask<IRevisionedStore> RestartAsync(IRevisionedStore store)
    {
        await store.DisposeAsync();
        return await CreateStoreAsync();
    }

    protected override ValueTask CleanUpAsync()
    {
        directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
