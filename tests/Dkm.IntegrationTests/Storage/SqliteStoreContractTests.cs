namespace Dkm.IntegrationTests.Storage;

using System;
using System.Threading.Tasks;
using Dkm.Storage;
using Dkm.Testing.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

public sealed class SqliteStoreContractTests : RevisionedStoreContract
{
    private readonly FakeTimeProvider time = new();
    private readonly StoreDirectory directory = new();

    protected override async ValueTask<IRevisionedStore> CreateAsync() => await SqliteStore.OpenAsync(
        new SqliteStoreOptions { Path = directory.Database }, time, NullLogger.Instance, Token);

    protected override Task AdvanceAsync(TimeSpan time)
    {
        this.time.Advance(time);
        return Task.CompletedTask;
    }

    protected override ValueTask CleanUpAsync()
    {
        directory.Dispose();
        return ValueTask.CompletedTask;
    }
}
