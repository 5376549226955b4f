namespace Dkm.IntegrationTests.Held;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Core;
using Dkm.Core.Envelopes;
using Dkm.IntegrationTests.Cluster;
using Dkm.Testing;
using Xunit;

/// <summary>
/// Protect and unprotect on many rings by turns, with held keys and through Crypto, without a pause for long. Every failure and every envelope is kept, and which key each loop
/// met, in its order.
/// </summary>
internal sealed class RingLoad : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly DkmContext Context = DkmContext.Of("address", "ada@hotmail.com");
    private static readonly byte[] Plaintext = "ada's secret"u8.ToArray();

    private readonly CancellationTokenSource stop = new();
    private readonly ClusterFixture cluster;
    private readonly DkmClient dkm;
    private readonly string[] rings;
    private readonly ConcurrentQueue<string> failures = new();
    private readonly ConcurrentQueue<(string Ring, byte[] Envelope)> envelopes = new();
    private readonly List<Task<IReadOnlyList<(string Ring, KeyId Key)>>> loops = [];
    private int operations;

    private RingLoad(ClusterFixture cluster, IEnumerable<string> rings)
    {
        this.cluster = cluster;
        this.rings = [.. rings];
        dkm = Client();
    }

    /// <summary>Done so far; each a protect or an unprotect.</summary>
    public int Operations => Volatile.Read(ref operations);

    public IReadOnlyCollection<string> Failures => failures;

    public int Envelopes => envelopes.Count;

    public static async Task<RingLoad> StartAsync(ClusterFixture cluster, params IEnumerable<string> rings)
    {
        var load = new RingLoad(cluster, rings);
        await load.dkm.ReadyAsync(TestContext.Current.CancellationToken);
        load.loops.Add(Task.Run(() => load.RunAsync("local", 0, load.dkm.Ring)));
        load.loops.Add(Task.Run(() => load.RunAsync("through Crypto", 0, load.dkm.RemoteRing)));
        load.loops.Add(Task.Run(() => load.RunAsync("through Crypto", load.rings.Length / 2, load.dkm.RemoteRing)));
        return load;
    }

    /// <summary>Goes on for so many operations more; with a failure it is over.</summary>
    public async Task GoesOnAsync(int more = 40)
    {
        var goal = Operations + more;
        await Eventually.TrueAsync(() => Operations >= goal || !failures.IsEmpty, $"{more} operations more", 60, Pause);
        Assert.Empty(failures);
    }

    /// <summary>
    /// Ends it without a failure, and opens every envelope that was made with a client that knows nothing but what KeyRing tells it now. Answers the keys that each loop met.
    /// </summary>
    public async Task<IReadOnlyList<IReadOnlyList<(string Ring, KeyId Key)>>> EndAsync()
    {
        await stop.CancelAsync();
        var met = await Task.WhenAll(loops);
        Assert.Empty(failures);
        await OpenAllAsync();
        return met;
    }

    /// <summary>Opens every envelope made so far, as a process that has just started.</summary>
    public async Task OpenAllAsync()
    {
        await using var fresh = Client();
        await fresh.ReadyAsync(TestContext.Current.CancellationToken);
        foreach (var (ring, envelope) in envelopes)
        {
            Assert.Equal(Plaintext, await fresh.Ring(ring).UnprotectAsync(envelope, Context, TestContext.Current.CancellationToken));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(loops);
        await dkm.DisposeAsync();
        stop.Dispose();
    }

    /// <summary>A hundred rings take a while on a busy machine.</summary>
    private DkmClient Client() => cluster.Client(rings, TimeSpan.FromMinutes(1));

    private async Task<IReadOnlyList<(string Ring, KeyId Key)>> RunAsync(string what, int first, Func<string, IDkmRing> open)
    {
        var met = new List<(string Ring, KeyId Key)>();
        for (var turn = first; !stop.IsCancellationRequested; turn++)
        {
            var ring = rings[turn % rings.Length];
            try
            {
                var envelope = await open(ring).ProtectAsync(Plaintext, Context, CancellationToken.None);
                envelopes.Enqueue((ring, envelope));
                met.Add((ring, Envelope.ReadHeader(envelope).KeyId));
                Assert.Equal(Plaintext, await open(ring).UnprotectAsync(envelope, Context, CancellationToken.None));
                Interlocked.Add(ref operations, 2);
            }
            catch (DkmException exception)
            {
                failures.Enqueue($"{TimeProvider.System.GetUtcNow():T} {what} {ring}: {exception.Kind} {exception.Reason} {exception.Message}");
            }

            await Task.Delay(Pause, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return met;
    }
}
