namespace Dkm.UnitTests.Audit;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Audit;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

public sealed class SegmentShipperTests
{
    [Fact]
    public async Task RunAsync_SinkConfirms_ShippedWholeAndDeletedButForThoseKept()
    {
        var files = new MemoryFiles();
        await using var log = TestLog.Open(files, segmentSize: 1000);
        await log.WriteAsync(0, 30);
        Assert.True(Checkpoint.TryParse(log.Log.SignCheckpoint().Text, out var checkpoint));
        var segments = files.Paths("/records/");
        var contents = segments.ToDictionary(path => $"{TestLog.Key.Id}-{Path.GetFileName(path)}", files.Content);
        var sink = new FakeSink();

        Assert.Equal(0, await new SegmentShipper(log.Log, sink, keep: 1, NullLogger.Instance).RunAsync(TestContext.Current.CancellationToken));

        Assert.Equal(segments.SkipLast(1).Select(path => $"{TestLog.Key.Id}-{Path.GetFileName(path)}"), sink.Shipped.Keys);
        Assert.All(sink.Shipped, shipped => Assert.Equal(contents[shipped.Key], shipped.Value));
        Assert.Equal(segments.TakeLast(2), files.Paths("/records/"));

        // The hashes stay: what is elsewhere can still be shown to be of this log.
        Assert.Equal(checkpoint.Root, TreeProofs.Root(log.Log.Tree, 0, 30));
    }

    [Fact]
    public async Task RunAsync_SinkRefuses_NothingIsDeleted()
    {
        var files = new MemoryFiles();
        await using var log = TestLog.Open(files, segmentSize: 1000);
        await log.WriteAsync(0, 30);
        var segments = files.Paths("/records/");
        var sink = new FakeSink { Takes = 1 };
        var shipper = new SegmentShipper(log.Log, sink, keep: 0, NullLogger.Instance);

        Assert.Equal(segments.Count - 2, await shipper.RunAsync(TestContext.Current.CancellationToken));
        Assert.Equal(segments.Skip(1), files.Paths("/records/"));

        sink.Takes = int.MaxValue;
        Assert.Equal(0, await shipper.RunAsync(TestContext.Current.CancellationToken));
        Assert.Equal(segments.TakeLast(1), files.Paths("/records/"));
        Assert.Equal(segments.Count - 1, sink.Calls - 1);
    }

    [Fact]
    public async Task ShipAsync_ToADirectory_IsThereWholeAndNeverOverwritten()
    {
        var directory = Directory.CreateTempSubdirectory("dkm-audit-sink-");
        try
        {
            var sink = new DirectorySink(directory.FullName);
            await sink.ShipAsync("a.log", new MemoryStream([1, 2, 3]), TestContext.Current.CancellationToken);
            await sink.ShipAsync("a.log", new MemoryStream([1, 2, 3]), TestContext.Current.CancellationToken);
            await Assert.ThrowsAsync<IOException>(() => sink.ShipAsync("a.log", new MemoryStream([1, 2, 4]), TestContext.Current.CancellationToken));

            Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(Path.Combine(directory.FullName, "a.log"), TestContext.Current.CancellationToken));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private sealed class FakeSink : IAuditSink
    {
        public Dictionary<string, byte[]> Shipped { get; } = new(StringComparer.Ordinal);

        public int Takes { get; set; } = int.MaxValue;

        public int Calls { get; private set; }

        public async Task ShipAsync(string name, Stream content, CancellationToken cancellationToken)
        {
            if (Calls++ >= Takes)
            {
                throw new IOException("the sink is away");
            }

            using var copy = new MemoryStream();
            await content.CopyToAsync(copy, cancellationToken);
            Shipped[name] = copy.ToArray();
        }
    }
}
