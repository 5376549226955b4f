namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Audit;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary>What the audit log costs: durable records a second, verifying them, and a proof from a log that is large.</summary>
internal static class AuditFigures
{
    private const int Rounds = 5;
    private const int Callers = 256;

    /// <summary>For a trial of more than is measured every time: <c>DKM_BENCH_AUDIT_RECORDS=10000000</c>.</summary>
    private static readonly int Records = int.Parse(Environment.GetEnvironmentVariable("DKM_BENCH_AUDIT_RECORDS") ?? "1000000", CultureInfo.InvariantCulture);

    private static readonly string Method =
        $"append: {Callers} callers that each wait for their record to be on disk, and one that waits alone; {Rounds} rounds of 3 s, records of about 180 bytes, the disk of the output folder. verify: a log of {Records} records, made by a bulk writer, read and verified against one anchor on one thread, {Rounds} times (the page cache is warm). "
        + "proof: one inclusion proof of that log with the record itself, 200 of them at places spread over it, and one consistency proof; memory: how much the process grew while the log was made.";

    public static async Task<List<Figure>> RunAsync(string folder)
    {
        var results = new Measurements("audit", Method);
        var directory = Path.Combine(Path.GetFullPath(folder), "audit-log");
        Directory.CreateDirectory(directory);
        try
        {
            await AppendAsync(results, Path.Combine(directory, "append"));
            await LargeAsync(results, Path.Combine(directory, "large"));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        results.Write(folder);
        return [.. results.Figures];
    }

    private static async Task AppendAsync(Measurements results, string directory)
    {
        using var key = LogKey.Open(Path.Combine(directory, "state", "audit.key"), "bench.example", "crypto");
        await using var log = AuditLog.Open(Options(directory), key, TimeProvider.System, NullLogger.Instance);
        results.Median($"audit.append.{Callers}", "ops/s", await RoundsAsync(log, Callers));
        results.Median("audit.append.1", "ops/s", await RoundsAsync(log, 1));
    }

    private static async Task<List<double>> RoundsAsync(AuditLog log, int callers)
    {
        var rates = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var before = log.Status.Size;
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
            {
                while (watch.Elapsed < TimeSpan.FromSeconds(3))
                {
                    await log.AppendAsync(Entry(caller));
                }
            })));
            rates.Add((log.Status.Size - before) / watch.Elapsed.TotalSeconds);
        }

        return rates;
    }

    private static async Task LargeAsync(Measurements results, string directory)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"audit.{Records}");
        using var key = LogKey.Open(Path.Combine(directory, "state", "audit.key"), "bench.example", "crypto");
        var before = Memory();
        results.Keep($"{name}.fill", "s", Fill(directory, key));
        results.Add($"{name}.memory_grown", "bytes", Math.Max(0, Memory() - before));

        var opening = Stopwatch.StartNew();
        await using var log = AuditLog.Open(Options(directory), key, TimeProvider.System, NullLogger.Instance);
        results.Add($"{name}.open", "s", opening.Elapsed.TotalSeconds);
        var anchor = log.SignCheckpoint();
        results.Distribution($"{name}.proof", "ms", Enumerable.Range(0, 200).Select(i => Milliseconds(() => log.Prove((long)i * Records / 200)!)).ToList());
        results.Add($"{name}.consistency", "ms", Milliseconds(() => TreeProofs.Consistency(log.Tree, Records / 3, Records)));

        var rates = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            var report = LogVerifier.Verify(directory, key.Signer.Verifier, AnchorList.Of([anchor], key.Signer.Verifier), default);
            rates.Add(report is { Finding: null } && report.Anchored == Records ? Records / watch.Elapsed.TotalSeconds : throw new InvalidOperationException(report.Finding?.Text));
        }

        results.Median($"{name}.verify", "ops/s", rates);
    }

    /// <summary>The same files as a log in use makes, with the largest batches and no waiting.</summary>
    private static double Fill(string directory, LogKey key)
    {
        var watch = Stopwatch.StartNew();
        using var store = LogStore.Open(new DiskFiles(), new LogPaths(directory, Path.Combine(directory, "state")), key.Signer.Verifier, AuditLogOptions.DefaultSegmentSize);
        var batch = new PendingBatch();
        for (var next = 0; next < Records;)
        {
            batch.Begin(next);
            while (next < Records && batch.HasRoom)
            {
                batch.Add(Entry(next++));
            }

            store.Commit(batch);
            store.RollIfDue();
        }

        return watch.Elapsed.TotalSeconds;
    }

    private static AuditEntry Entry(int caller) => new()
    {
        Kind = AuditKind.Event,
        Time = TimeProvider.System.GetUtcNow(),
        Outcome = AuditOutcome.Granted,
        Identity = "spiffe://bench.example/ns/mail/sa/mailbox-worker",
        Action = "dkm.crypto.v1.CryptoService/Encrypt",
        Ring = "mail/connected-accounts",
        Trace = (UInt128)(uint)caller,
        Context = MerkleHashing.Empty,
    };

    private static AuditLogOptions Options(string directory) => new() { Directory = directory, StateDirectory = Path.Combine(directory, "state") };

    private static double Milliseconds(Func<object> run)
    {
        var start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
