namespace Dkm.UnitTests.Storage;

using System;
using System.Threading.Tasks;
using Dkm.Storage;
using Dkm.Testing.Storage;
using Microsoft.Extensions.Time.Testing;

public sealed class MemoryStoreContractTests : RevisionedStoreContract
{
    private readonly FakeTimeProvider time = new();

    protected override ValueTask<IRevisionedStore> CreateAsync() => ValueTask.FromResult<IRevisionedStore>(new MemoryStore(time));

    protected override Task AdvanceAsync(TimeSpan time)
    {
        this.time.Advance(time);
        return Task.CompletedTask;
    }
}
