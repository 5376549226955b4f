namespace Dkm.IntegrationTests.Tampering;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Threading.Tasks;
using Dkm.Storage;
using Dkm.Testing.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <summary>A service over a store file that somebody else may write too: through the open store while it runs, as SQLite or as bytes while it is stopped.</summary>
public sealed class AttackedService(string file, Func<IRevisionedStore, WebApplication> create) : IAsyncDisposable
{
    private RunningService? service;

    public string File { get; } = file;

    public SqliteStore Store { get; private set; } = null!;

    public RunningService Service => service!;

    public async Task StartAsync()
    {
        Store = await SqliteStore.OpenAsync(
            new SqliteStoreOptions { Path = File }, TimeProvider.System, NullLogger.Instance, TestContext.Current.CancellationToken);
        await StartServiceAsync();
    }

    /// <summary>As a new process on the same store.</summary>
    public async Task RestartServiceAsync()
    {
        await Service.DisposeAsync();
        await StartServiceAsync();
    }

    /// <summary>What the plain port says.</summary>
    public async Task<(HttpStatusCode Status, string Text)> ReadyzAsync()
    {
        using var http = new HttpClient { BaseAddress = Service.HealthAddress };
        using var answer = await http.GetAsync(new Uri("/readyz", UriKind.Relative), TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Writes past the service, as a thief of its store's credentials would; null deletes.</summary>
    public Task TamperAsync(IReadOnlyDictionary<string, byte[]?> values) => Store.CommitAsync(new StoreTransaction
    {
        Puts = [.. values.Where(value => value.Value is not null).Select(value => new StorePut(value.Key, value.Value))],
        Deletes = [.. values.Where(value => value.Value is null).Select(value => value.Key)],
    });

    public async Task<byte[]> RawAsync(string path) => (await Store.GetAsync(path)).Entry!.Value.ToArray();

    public async ValueTask DisposeAsync()
    {
        if (service is null)
        {
            return;
        }

        await service.DisposeAsync();
        service = null;
        await Store.DisposeAsync();
    }

    private async Task StartServiceAsync()
    {
        service = await RunningService.StartAsync(create(Store));
        service.ErrorsExpected = true;
    }
}
