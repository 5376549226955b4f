namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Core;
using Dkm.Testing;
using Xunit;

/// <summary>Protect and unprotect without a pause for long, in this process and through Crypto, on rings of different limits. Every failure is kept.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private static readonly byte[] Plaintext = "hunter2"u8.ToArray();
    private static readonly DkmContext Context = DkmContext.Of("address", "ada@hotmail.com");

    private readonly CancellationTokenSource stop = new();
    private readonly DkmClient dkm;
    private readonly List<Task> loops = [];

    private SteadyLoad(DkmClient dkm)
    {
        this.dkm = dkm;
        LocalSteady = Line("in this process, steady", dkm.Ring(ClusterFixture.Steady));
        LocalRolling = Line("in this process, rolling", dkm.Ring(ClusterFixture.Rolling));
        LocalFresh = Line("in this process, fresh", dkm.Ring(ClusterFixture.Fresh));
        RemoteSteady = Line("through Crypto, steady", dkm.RemoteRing(ClusterFixture.Steady), asynchronously: true);
        RemoteRolling = Line("through Crypto, rolling", dkm.RemoteRing(ClusterFixture.Rolling), asynchronously: true);
        RemoteFresh = Line("through Crypto, fresh", dkm.RemoteRing(ClusterFixture.Fresh), asynchronously: true);
        Lines = [LocalSteady, LocalRolling, LocalFresh, RemoteSteady, RemoteRolling, RemoteFresh];
    }

    public LoadLine LocalSteady { get; }

    public LoadLine LocalRolling { get; }

    public LoadLine LocalFresh { get; }

    public LoadLine RemoteSteady { get; }

    public LoadLine RemoteRolling { get; }

    public LoadLine RemoteFresh { get; }

    public IReadOnlyList<LoadLine> Lines { get; }

    /// <summary>Returns once every line works.</summary>
    public static async Task<SteadyLoad> StartAsync(ClusterFixture cluster)
    {
        await cluster.ReadyAsync();
        var load = new SteadyLoad(cluster.Client());
        try
        {
            await load.dkm.ReadyAsync(TestContext.Current.CancellationToken);
            await load.WarmAsync();
            foreach (var line in load.Lines)
            {
                var loops = line == load.RemoteSteady ? 4 : 1;
                load.loops.AddRange(Enumerable.Range(0, loops).Select(_ => Task.Run(() => line.RunAsync(oneAtATime: loops == 1, load.stop.Token))));
            }

            await load.MovesAsync();
            return load;
        }
        catch
        {
            await load.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every line has done something more.</summary>
    public async Task MovesAsync(int seconds = 20)
    {
        var before = Lines.Select(line => line.Done).ToList();
        await Eventually.TrueAsync(
            () => Lines.Zip(before).All(line => line.First.Done > line.Second + 10),
            "every kind of operation works: " + string.Join('\n', Lines.Select(line => line.ToString())),
            seconds);
    }

    /// <summary>Ends it: nothing failed but on the lines that may, and one envelope of each key that was used opens.</summary>
    public async Task EndAsync(params LoadLine[] mayFail)
    {
        await stop.CancelAsync();
        await Task.WhenAll(loops);
        var failed = Lines.Except(mayFail).Where(line => line.Failures.Count > 0).ToList();
        Assert.True(failed.Count == 0, string.Join('\n', failed));
        foreach (var envelope in LocalRolling.Envelopes.Values.Concat(RemoteRolling.Envelopes.Values))
        {
            Assert.Equal(Plaintext, await dkm.Ring(ClusterFixture.Rolling).UnprotectAsync(envelope, Context, TestContext.Current.CancellationToken));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await Task.WhenAll(loops);
        await dkm.DisposeAsync();
        stop.Dispose();
    }

    /// <summary>Rings that a Crypto has not used lately come with the first use, for which it needs KeyRing: no matter of these tests, but of who is there when they begin.</summary>
    private async Task WarmAsync()
    {
        const int InARow = 10;
        foreach (var ring in (string[])[ClusterFixture.Steady, ClusterFixture.Rolling, ClusterFixture.Fresh])
        {
            var successes = 0;
            await Eventually.TrueAsync(async () => (successes = await WorksAsync(dkm.RemoteRing(ring)) ? successes + 1 : 0) >= InARow, $"both Cryptos have {ring}");
        }
    }

    private static async Task<bool> WorksAsync(IDkmRing ring)
    {
        try
        {
            await ring.ProtectAsync(Plaintext, Context, CancellationToken.None);
            return true;
        }
        catch (DkmException failure) when (failure.Kind == ErrorKind.Unavailable)
        {
            return false;
        }
    }

    private static LoadLine Line(string name, IDkmRing ring, bool asynchronously = false) => new(name, async () =>
    {
        var envelope = asynchronously ? await ring.ProtectAsync(Plaintext, Context, CancellationToken.None) : ring.Protect(Plaintext, Context);
        var opened = asynchronously ? await ring.UnprotectAsync(envelope, Context, CancellationToken.None) : ring.Unprotect(envelope, Context);
        return opened.AsSpan().SequenceEqual(Plaintext) ? envelope : throw new InvalidOperationException(name + ": something else came back");
    });
}
