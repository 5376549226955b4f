namespace Dkm.Testing.Etcd;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary>Waits until a cluster takes writes and each of its members serves.</summary>
internal static class EtcdReadiness
{
    public static async Task WaitAsync(EtcdStoreOptions options, TimeSpan limit, CancellationToken cancellationToken)
    {
        foreach (var endpoint in options.Endpoints)
        {
            await WaitAsync(options with { Endpoints = [endpoint] }, endpoint, limit, cancellationToken);
        }
    }

    private static async Task WaitAsync(EtcdStoreOptions options, Uri endpoint, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await using var store = await EtcdStore.OpenAsync(options, TimeProvider.System, NullLogger.Instance, cancellationToken);
                await store.CommitAsync(new StoreTransaction { Puts = [new StorePut("/ready", Array.Empty<byte>())] }, cancellationToken);
                return;
            }
            catch (DkmException exception) when (exception.Kind == ErrorKind.Unavailable)
            {
                if (TimeProvider.System.GetElapsedTime(start) > limit)
                {
                    throw new TimeoutException($"etcd at {endpoint} did not become ready in {limit}: {exception.Message}", exception);
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
            }
        }
    }
}
