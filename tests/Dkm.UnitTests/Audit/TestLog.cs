namespace Dkm.UnitTests.Audit;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Audit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

/// <summary>A log over files in memory.</summary>
internal sealed class TestLog : IAsyncDisposable
{
    public const string Directory = "/audit";

    private TestLog(MemoryFiles files, long segmentSize, FakeTimeProvider time)
    {
        Files = files;
        Time = time;
        Log = AuditLog.Open(Options(segmentSize), Key, time, NullLogger.Instance, files);
    }

    public static LogKey Key { get; } = new("mail.example", "crypto", Enumerable.Repeat((byte)7, 64).ToArray());

    public MemoryFiles Files { get; }

    public FakeTimeProvider Time { get; }

    public AuditLog Log { get; }

    public static LogPaths Paths { get; } = new(Directory, "/state");

    public static AuditLogOptions Options(long segmentSize) =>
        new() { Directory = Directory, StateDirectory = "/state", SegmentSize = segmentSize };

    public static TestLog Open(MemoryFiles files, long segmentSize = AuditLogOptions.DefaultSegmentSize) => new(files, segmentSize, new FakeTimeProvider());

    public static AuditEntry Entry(int number, AuditKind kind = AuditKind.Event) => new()
    {
        Kind = kind,
        Time = DateTimeOffset.UnixEpoch.AddSeconds(number),
        Outcome = AuditOutcome.Granted,
        Identity = $"spiffe://mail.example/ns/mail/sa/worker-{number}",
        Action = "dkm.crypto.v1.CryptoService/Decrypt",
        Operation = kind is AuditKind.Intent or AuditKind.Outcome ? (UInt128)number : null,
    };

    /// <summary>One after the other, each on disk before the next, until one fails.</summary>
    /// <returns>Those that were answered for.</returns>
    public async Task<IReadOnlyList<AuditEntry>> WriteAsync(int from, int count)
    {
        var answered = new List<AuditEntry>();
        foreach (var entry in Enumerable.Range(from, count).Select(number => Entry(number)))
        {
            await Log.AppendAsync(entry);
            answered.Add(entry);
        }

        return answered;
    }

    public IReadOnlyList<AuditEntry> Read() => Log.Read(0, int.MaxValue).Select(record => record.Entry).ToList();

    public ValueTask DisposeAsync() => Log.DisposeAsync();
}
