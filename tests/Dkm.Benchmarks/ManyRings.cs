namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.V1;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;

/// <summary>Encrypt through a Crypto whose callers use ten rings, beside one whose callers use thousands by turns. Both have the same KeyRing, which has all of them.</summary>
internal static class ManyRings
{
    private const int Callers = 256;
    private const int Few = 10;

    public static async Task<List<Figure>> RunAsync(string folder, EtcdInstallation installation, WebApplication keyRing, IReadOnlyList<string> names)
    {
        var many = names.Take(10_000).ToArray();
        WebApplication[] cryptos = [await installation.StartCryptoAsync(keyRing), await installation.StartCryptoAsync(keyRing)];
        var few = await OpenAsync(installation, cryptos[0], many[..Few]);
        var all = await OpenAsync(installation, cryptos[1], many);
        var name = string.Create(CultureInfo.InvariantCulture, $"crypto.encrypt.256B.{many.Length}rings");
        var figures = new Comparison(
                "scale.crypto",
                $"Two Crypto services in this process over mTLS, one that holds {Few} rings and one that holds {many.Length}, and one KeyRing on etcd that has {names.Count}; {Callers} callers in a loop, each call for another ring in a "
                + "scattered order. What holding them costs the machine meets both: idle is the processor time of this process in a second without calls.",
                rounds: 7,
                TimeSpan.FromSeconds(4))
            .Time(CryptoSubjects.Calls("crypto.encrypt.256B.10rings", "ops/s", Callers, 1, few))
            .Time(CryptoSubjects.Calls(name, "ops/s", Callers, 1, all))
            .Against(name, "crypto.encrypt.256B.10rings")
            .Run(folder);
        figures.Add(new Figure($"scale.{many.Length}rings.idle", await IdleAsync(), "ms/s", null, null));
        figures[^1].Tell();
        foreach (var crypto in cryptos)
        {
            await installation.Home.StopAsync(crypto);
        }

        return figures;
    }

    /// <summary>Calls of a worker to a Crypto that has the rings already.</summary>
    private static async Task<Func<Task>> OpenAsync(EtcdInstallation installation, WebApplication service, string[] names)
    {
        var crypto = new CryptoService.CryptoServiceClient(installation.Home.Call(BenchHome.Worker, DkmService.Crypto, BenchHome.Address(service)));
        var data = ByteString.CopyFrom(new byte[256]);
        var requests = names.Select(name => new EncryptRequest { KeyRing = name, Plaintext = data }).ToArray();
        var options = new CallOptions(deadline: DateTime.UtcNow.AddHours(1));
        await Parallel.ForEachAsync(
            requests,
            new ParallelOptions { MaxDegreeOfParallelism = 64 },
            async (request, _) => await BenchHome.UntilThePolicyArrivesAsync(() => crypto.EncryptAsync(request, options).ResponseAsync));
        var next = 0;
        return () => crypto.EncryptAsync(requests[(uint)(Interlocked.Increment(ref next) * 2654435761L) % (uint)requests.Length], options).ResponseAsync;
    }

    private static async Task<double> IdleAsync()
    {
        var time = TimeSpan.FromSeconds(5);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        await Task.Delay(time);
        return Math.Round((Process.GetCurrentProcess().TotalProcessorTime - before) / time * 1000, 1);
    }
}
