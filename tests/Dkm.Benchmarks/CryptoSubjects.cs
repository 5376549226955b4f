namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using Dkm.Benchmarks.Empty;
using Dkm.Crypto.V1;
using Google.Protobuf;
using Grpc.Core;

/// <summary>Encrypt and BatchEncrypt through Crypto, beside a call that does nothing on the same port.</summary>
internal static class CryptoSubjects
{
    private const int Callers = 256;
    private const int BatchCallers = 16;
    private const int BatchSize = 100;
    private const string Ring = "bench/suite1";

    public static List<Figure> Run(string folder, BenchInstallation installation)
    {
        var crypto = new CryptoService.CryptoServiceClient(installation.Crypto);
        var empty = new EmptyService.EmptyServiceClient(installation.Crypto);
        var data = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(256));
        var encrypt = new EncryptRequest { KeyRing = Ring, Plaintext = data };
        var decrypt = new DecryptRequest { Envelope = crypto.Encrypt(encrypt).Envelope };
        var blob = new Blob { Data = data };
        var batch = new BatchEncryptRequest { KeyRing = Ring };
        batch.Items.AddRange(Enumerable.Range(0, BatchSize).Select(_ => new BatchEncryptItem { Plaintext = data }));

        // A deadline that both sides of a pair carry alike.
        var options = new CallOptions(deadline: DateTime.UtcNow.AddHours(1));
        return new Comparison(
                "crypto",
                $"Client and server in one process over mTLS on 127.0.0.1; {Callers} callers ({BatchCallers} for batches) in a loop; authorization on, audit not built yet; the empty call echoes 256 B on the same port without our interceptor.",
                rounds: 7,
                TimeSpan.FromSeconds(4))
            .Time(Calls("grpc.empty.256B", "ops/s", Callers, 1, () => empty.EchoAsync(blob, options).ResponseAsync))
            .Time(Calls("crypto.encrypt.256B", "ops/s", Callers, 1, () => crypto.EncryptAsync(encrypt, options).ResponseAsync))
            .Time(Calls("crypto.decrypt.256B", "ops/s", Callers, 1, () => crypto.DecryptAsync(decrypt, options).ResponseAsync))
            .Time(Calls("crypto.batch100.256B", "items/s", BatchCallers, BatchSize, () => crypto.BatchEncryptAsync(batch, options).ResponseAsync))
            .Against("crypto.encrypt.256B", "grpc.empty.256B")
            .Against("crypto.decrypt.256B", "grpc.empty.256B")
            .Against("crypto.batch100.256B", "grpc.empty.256B")
            .Run(folder);
    }

    public static Subject Calls(string name, string unit, int callers, int unitsPerCall, Func<Task> call) =>
        new(name, unit, time => RunAsync(time, callers, unitsPerCall, call).GetAwaiter().GetResult());

    private static async Task<Sample> RunAsync(TimeSpan time, int callers, int unitsPerCall, Func<Task> call)
    {
        var latencies = Enumerable.Range(0, callers).Select(_ => new List<double>(16384)).ToArray();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(latencies.Select(mine => Task.Run(async () =>
        {
            while (watch.Elapsed < time)
            {
                var start = Stopwatch.GetTimestamp();
                await call();
                mine.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }
        })));
        var elapsed = watch.Elapsed.TotalSeconds;
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        var all = latencies.SelectMany(mine => mine).Order().ToArray();
        return new Sample(
            all.Length * (double)unitsPerCall / elapsed,
            CpuMicrosecondsPerOperation: cpu.TotalMicroseconds / (all.Length * unitsPerCall),
            P99Microseconds: all[(int)(all.Length * 0.99)]);
    }
}
