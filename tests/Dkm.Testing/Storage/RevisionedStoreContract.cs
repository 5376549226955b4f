namespace Dkm.Testing.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Storage;
using Xunit;

/// <summary>
/// What every <see cref="IRevisionedStore"/> does. A store over a shared cluster gives each test its own <see cref="Prefix"/>; the suite assumes
/// that nobody else writes meanwhile.
/// </summary>
public abstract partial class RevisionedStoreContract : IAsyncLifetime
{
    private IRevisionedStore? store;

    protected IRevisionedStore Store => store!;

    /// <summary>Begins and ends with a slash.</summary>
    protected virtual string Prefix => "/contract/";

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => store = await CreateAsync();

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await CleanUpAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract ValueTask<IRevisionedStore> CreateAsync();

    /// <summary>Lets time pass for the store's leases: a fake clock, or a wait.</summary>
    protected abstract Task AdvanceAsync(TimeSpan time);

    protected virtual ValueTask CleanUpAsync() => ValueTask.CompletedTask;

    protected string At(string name) => Prefix + name;

    protected async Task<long> PutAsync(string name, string value, long lease = 0)
    {
        var commit = await Store.CommitAsync(new StoreTransaction { Puts = [Put(name, value, lease)] }, Token);
        Assert.True(commit.Succeeded);
        return commit.Revision;
    }

    protected async Task<long> DeleteAsync(params string[] names)
    {
        var commit = await Store.CommitAsync(new StoreTransaction { Deletes = names.Select(At).ToList() }, Token);
        Assert.True(commit.Succeeded);
        return commit.Revision;
    }

    protected StorePut Put(string name, string value, long lease = 0) => new(At(name), Encoding.UTF8.GetBytes(value), lease);

    protected async Task<string?> ReadAsync(string name, long revision = 0) =>
        Text((await Store.GetAsync(At(name), revision, Token)).Entry);

    protected async Task<List<StoreWatchBatch>> TakeAsync(long fromRevision, int batches)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        var taken = new List<StoreWatchBatch>();
        await foreach (var batch in Store.WatchAsync(Prefix, fromRevision, limit.Token))
        {
            if (batch.Events.Count > 0)
            {
                taken.Add(batch);
            }

            if (taken.Count == batches)
            {
                break;
            }
        }

        return taken;
    }

    protected async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 400; i++)
        {
            if (await condition())
            {
                return;
            }

            await AdvanceAsync(TimeSpan.FromMilliseconds(50));
            await Task.Delay(5, Token);
        }

        Assert.Fail("the condition did not come true");
    }

    protected static string? Text(StoreEntry? entry) => entry is null ? null : Encoding.UTF8.GetString(entry.Value.Span);

    protected string Describe(StoreWatchBatch batch) => string.Join(
        ' ', batch.Events.OrderBy(e => e.Path, StringComparer.Ordinal).Select(e => $"{e.Path[Prefix.Length..]}={Text(e.Entry) ?? "-"}"));
}
