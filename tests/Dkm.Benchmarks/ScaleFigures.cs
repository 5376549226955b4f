namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;

/// <summary>What many rings cost: time until a KeyRing replica is ready, memory of each key, and whether Encrypt feels them.</summary>
internal static class ScaleFigures
{
    private const int Starts = 5;

    /// <summary>For a trial of more than is measured every time: <c>DKM_BENCH_RINGS=100000</c>.</summary>
    private static readonly int Rings = int.Parse(Environment.GetEnvironmentVariable("DKM_BENCH_RINGS") ?? "10000", CultureInfo.InvariantCulture);

    private static readonly string Method =
        $"etcd: three members as processes, TLS on both sides, loopback, one disk; in it {Rings} rings with {RingFiller.LiveKeys} live and {RingFiller.ArchivedKeys} archived keys each. ready: a KeyRing process, from its start to "
        + $"the first yes of /readyz (asked every 10 ms), {Starts} times, the median. ready.create: the same in this process, where the code is compiled already, from the opening of its store on. bytes: managed memory in use in a KeyRing process "
        + "that is ready, after full collections, less that of a replica with one ring, by the number of keys.";

    public static async Task<List<Figure>> RunAsync(string folder)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"scale.{Rings}x{RingFiller.Keys}");
        var results = new Measurements("scale", Method);
        await using var installation = await EtcdInstallation.StartAsync(BenchHome.Workload(BenchHome.Worker).ToString());
        var before = await OneRingAsync(installation);
        var names = Enumerable.Range(0, Rings).Select(i => string.Create(CultureInfo.InvariantCulture, $"bench/ring-{i:000000}")).ToArray();
        var filling = Stopwatch.StartNew();
        await new RingFiller(await installation.OpenStoreAsync("dkm-keyring"), installation.KeyRingRoot, installation.Group).FillAsync(names);
        results.Keep("fill", "s", filling.Elapsed.TotalSeconds);
        var starts = new List<(double Seconds, double Processor)>();
        for (var i = 0; i < Starts; i++)
        {
            starts.Add(await KeyRingProcess.ReadyAsync(installation));
        }

        results.Median($"{name}.ready", "s", [.. starts.Select(start => start.Seconds)]);
        results.Keep($"{name}.ready.processor", "s", [.. starts.Select(start => start.Processor)]);
        results.Add($"{name}.bytes_per_key", "bytes", (await KeyRingProcess.MemoryAsync(installation) - before) / ((double)Rings * RingFiller.Keys));
        var watch = Stopwatch.StartNew();
        var keyRing = await installation.StartKeyRingAsync();
        results.Keep($"{name}.ready.create", "s", watch.Elapsed.TotalSeconds);
        var encrypt = await ManyRings.RunAsync(folder, installation, keyRing, names);

        results.Write(folder);
        return [.. results.Figures, .. encrypt];
    }

    /// <summary>What a replica takes that has next to nothing; all that it needs is loaded then.</summary>
    private static async Task<long> OneRingAsync(EtcdInstallation installation)
    {
        var keyRing = await installation.StartKeyRingAsync();
        await installation.MakeRingAsync(keyRing, "bench/first");
        await installation.Home.StopAsync(keyRing);
        return await KeyRingProcess.MemoryAsync(installation);
    }
}
