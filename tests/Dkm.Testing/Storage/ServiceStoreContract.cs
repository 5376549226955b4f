namespace Dkm.Testing.Storage;

using System;
using System.Collections.Generic;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <summary>What a service sees of its records, over any store.</summary>
public abstract partial class ServiceStoreContract : IAsyncLifetime
{
    protected const string Service = "access";

    private readonly MemoryRoot root = new();
    private readonly List<ServiceStore> opened = [];
    private IRevisionedStore? store;

    /// <summary>Nothing but the watch tells of changes.</summary>
    protected static ServiceStoreOptions WatchOnly { get; } =
        new() { MaxRefresh = TimeSpan.FromHours(1), RelistInterval = TimeSpan.FromHours(1), PageSize = 3, FindOutLimit = TimeSpan.FromSeconds(1) };

    /// <summary>Everything is read anew all the time.</summary>
    protected static ServiceStoreOptions Relisting { get; } =
        new() { MaxRefresh = TimeSpan.FromMilliseconds(30), RelistInterval = TimeSpan.Zero, PageSize = 3, FindOutLimit = TimeSpan.FromSeconds(1) };

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected IRevisionedStore Store => store!;

    protected MemoryRoot Root => root;

    public async ValueTask InitializeAsync() => store = await CreateStoreAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var service in opened)
        {
            await service.DisposeAsync();
        }

        await Store.DisposeAsync();
        root.Dispose();
        await CleanUpAsync();
        states.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Opens the store; called again after a restart for the same content.</summary>
    protected abstract ValueTask<IRevisionedStore> CreateStoreAsync();

    /// <summary>Ends the store's process, as far as it has one, and starts it again.</summary>
    protected abstract ValueTask<IRevisionedStore> RestartAsync(IRevisionedStore store);

    protected virtual ValueTask CleanUpAsync() => ValueTask.CompletedTask;

    protected async Task<(ServiceStore Service, RecordingObserver Observer)> OpenAsync(
        ServiceStoreOptions? options = null, IRevisionedStore? over = null, string service = Service)
    {
        var observer = new RecordingObserver();
        var result = await ServiceStore.OpenAsync(
            over ?? Store, service, root, observer, options ?? WatchOnly, TimeProvider.System, NullLogger.Instance, Token);
        opened.Add(result);
        return (result, observer);
    }

    protected async Task RestartAllAsync()
    {
        foreach (var service in opened)
        {
            await service.DisposeAsync();
        }

        opened.Clear();
        store = await RestartAsync(Store);
    }

    protected static Task<ManifestVersion> PutAsync(ServiceStore service, string path, string body, long expected = 0) =>
        service.CommitAsync(new RecordChanges().Put(path, 1, Encoding.UTF8.GetBytes(body), expected), Token);

    protected static Task<ManifestVersion> DeleteAsync(ServiceStore service, string path, long expected) =>
        service.CommitAsync(new RecordChanges().Delete(path, expected), Token);

    /// <summary>Writes past the manifest, as somebody with access to the store would.</summary>
    protected async Task TamperAsync(IReadOnlyList<(string Path, ReadOnlyMemory<byte>? Value)> writes)
    {
        var puts = new List<StorePut>();
        var deletes = new List<string>();
        foreach (var (path, value) in writes)
        {
            if (value is { } bytes)
            {
                puts.Add(new StorePut(StorePath.Service(Service) + path, bytes));
            }
            else
            {
                deletes.Add(StorePath.Service(Service) + path);
            }
        }

        Assert.True((await Store.CommitAsync(new StoreTransaction { Puts = puts, Deletes = deletes }, Token)).Succeeded);
    }

    protected async Task<byte[]> RawAsync(string path, long revision = 0) =>
        (await Store.GetAsync(StorePath.Service(Service) + path, revision, Token)).Entry!.Value.ToArray();

    protected static async Task<DkmException> FailsAsync(Func<Task> action, ErrorKind kind, string reason)
    {
        var error = await Assert.ThrowsAsync<DkmException>(action);
        Assert.Equal((kind, reason), (error.Kind, error.Reason));
        return error;
    }

    protected static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 2000 && !condition(); i++)
        {
            await Task.Delay(10, Token);
        }

        Assert.True(condition(), "the condition did not come true");
    }
}
