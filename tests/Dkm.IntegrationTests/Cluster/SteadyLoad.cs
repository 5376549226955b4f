namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Xunit;

/// <summary>Protect and unprotect without a pause for long, in this process on both rings and through Crypto on one. Every failure is kept.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly DkmContext Context = DkmContext.Of("address", "ada@hotmail.com");

    private readonly CancellationTokenSource stop = new();
    private readonly DkmClient dkm;
    private readonly ConcurrentQueue<string> failures = new();
    private readonly ConcurrentDictionary<KeyId, byte[]> oneOfEachKey = new();
    private readonly List<Task> loops = [];
    private int remote;

    private SteadyLoad(DkmClient dkm) => this.dkm = dkm;

    /// <summary>Operations through Crypto that were done.</summary>
    public int Remote => Volatile.Read(ref remote);

    public IReadOnlyCollection<string> Failures => failures;

    /// <summary>The keys that sealed something on the rolling ring.</summary>
    public IReadOnlyCollection<KeyId> KeysUsed => [.. oneOfEachKey.Keys];

    public static async Task<SteadyLoad> StartAsync(ClusterFixture cluster)
    {
        var load = new SteadyLoad(cluster.Client());
        await load.dkm.ReadyAsync(TestContext.Current.CancellationToken);
        load.loops.Add(Task.Run(() => load.RunAsync("local", load.LocalAsync)));
        load.loops.AddRange(Enumerable.Range(0, 4).Select(_ => Task.Run(() => load.RunAsync("through Crypto", load.RemoteAsync))));
        return load;
    }

    /// <summary>Ends it, and opens one envelope of each key that was used.</summary>
    public async Task EndAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(loops);
        Assert.Empty(failures);
        foreach (var envelope in oneOfEachKey.Values)
        {
            Assert.Equal("rolling"u8, dkm.Ring(ClusterFixture.Rolling).Unprotect(envelope, Context));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(loops);
        await dkm.DisposeAsync();
        stop.Dispose();
    }

    private async Task RunAsync(string what, Func<Task> operation)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await operation();
            }
            catch (DkmException exception)
            {
                failures.Enqueue($"{TimeProvider.System.GetUtcNow():T} {what}: {exception.Kind} {exception.Reason} {exception.Message}");
            }

            await Task.Delay(Pause, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private Task LocalAsync()
    {
        var steady = dkm.Ring(ClusterFixture.Steady);
        Assert.Equal("steady"u8, steady.Unprotect(steady.Protect("steady"u8, Context), Context));
        var rolling = dkm.Ring(ClusterFixture.Rolling);
        var envelope = rolling.Protect("rolling"u8, Context);
        Assert.Equal("rolling"u8, rolling.Unprotect(envelope, Context));
        oneOfEachKey.TryAdd(Envelope.ReadHeader(envelope).KeyId, envelope);
        return Task.CompletedTask;
    }

    private async Task RemoteAsync()
    {
        var ring = dkm.RemoteRing(ClusterFixture.Steady);
        var envelope = await ring.ProtectAsync("remote"u8.ToArray(), Context, CancellationToken.None);
        var opened = await ring.UnprotectAsync(envelope, Context, CancellationToken.None);
        Assert.Equal("remote"u8, opened);
        Interlocked.Add(ref remote, 2);
    }
}
