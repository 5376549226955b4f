namespace Dkm.UnitTests.Audit;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Audit;
using Dkm.Core;
using Dkm.Testing;
using Xunit;

public sealed class AuditLogTests
{
    [Fact]
    public async Task Append_BeforeTheFlush_IsNotAnswered()
    {
        using var gate = new SemaphoreSlim(0);
        var files = new MemoryFiles();
        await using var log = TestLog.Open(files);
        files.Flushing = _ => gate.Wait(10_000);

        var ticket = log.Log.Append(TestLog.Entry(0));
        await Eventually.TrueAsync(() => files.Content(TestLog.Paths.Segment(0)).Length > 100, "the record was written");
        Assert.False(ticket.Written.IsCompleted);

        files.Flushing = null;
        gate.Release();
        await ticket.Written;
        Assert.Equal(1, log.Log.Status.Size);
    }

    [Fact]
    public async Task Append_WhileAFlushIsUnderWay_AllShareTheNext()
    {
        using var gate = new SemaphoreSlim(0);
        using var begun = new SemaphoreSlim(0);
        var files = new MemoryFiles();
        await using var log = TestLog.Open(files);
        var before = files.Flushes("/records/");
        files.Flushing = _ =>
        {
            begun.Release();
            gate.Wait(10_000);
        };
        var first = log.Log.Append(TestLog.Entry(0)).Written;
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        var others = Enumerable.Range(1, 500).Select(number => log.Log.Append(TestLog.Entry(number))).ToList();
        files.Flushing = null;
        gate.Release();

        await Task.WhenAll(others.Select(ticket => ticket.Written).Append(first));
        Assert.Equal(2, files.Flushes("/records/") - before);
        Assert.Equal(Enumerable.Range(1, 500).Select(i => (long)i), others.Select(ticket => ticket.Index));
        Assert.Equal(Enumerable.Range(0, 501).Select(number => TestLog.Entry(number)), log.Read());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Append_WriteOrFlushFails_AllWhoWaitAndAllWhoComeAreRefusedAtOnce(bool flush)
    {
        using var gate = new SemaphoreSlim(0);
        using var begun = new SemaphoreSlim(0);
        var files = new MemoryFiles();
        await using var log = TestLog.Open(files);
        await log.WriteAsync(0, 2);
        void Fail(string path)
        {
            begun.Release();
            gate.Wait(10_000);
            throw new IOException("no space left on device");
        }

        files.Flushing = flush ? Fail : null;
        files.Writing = flush ? null : Fail;
        var underWay = log.Log.Append(TestLog.Entry(2)).Written;
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        var waiting = log.Log.Append(TestLog.Entry(3)).Written;
        gate.Release(10);

        Assert.Equal(Reasons.AuditUnavailable, (await Assert.ThrowsAsync<DkmException>(() => underWay)).Reason);
        Assert.Equal(Reasons.AuditUnavailable, (await Assert.ThrowsAsync<DkmException>(() => waiting)).Reason);
        (files.Flushing, files.Writing) = (null, null);
        Assert.Equal(Reasons.AuditUnavailable, Assert.Throws<DkmException>(() => log.Log.Append(TestLog.Entry(4))).Reason);
        Assert.NotNull(log.Log.Status.Trouble);
        Assert.Equal(2, log.Log.Status.Size);
    }

    [Fact]
    public async Task Append_DiskThatNeitherWritesNorFails_IsRefusedAfterTheLimitAndTakenAgainAfterwards()
    {
        using var gate = new SemaphoreSlim(0);
        using var begun = new SemaphoreSlim(0);
        var files = new MemoryFiles();
        await using var log = TestLog.Open(files);
        files.Flushing = _ =>
        {
            begun.Release();
            gate.Wait(10_000);
        };
        var underWay = log.Log.Append(TestLog.Entry(0)).Written;
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        var waiting = log.Log.Append(TestLog.Entry(1)).Written;
        log.Time.Advance(TimeSpan.FromSeconds(7));

        await Assert.ThrowsAsync<DkmException>(() => underWay);
        await Assert.ThrowsAsync<DkmException>(() => waiting);
        Assert.Equal(Reasons.AuditUnavailable, Assert.Throws<DkmException>(() => log.Log.Append(TestLog.Entry(2))).Reason);

        files.Flushing = null;
        gate.Release(10);
        await Eventually.TrueAsync(() => log.Log.Status.Trouble is null && log.Log.Status.Size == 2, "it was written after all");
        await log.Log.AppendAsync(TestLog.Entry(2));
        Assert.Equal(3, log.Read().Count);
    }

    [Fact]
    public async Task Append_MoreThanABatchWaits_IsRefusedAtOnceAndNothingIsLost()
    {
        using var gate = new SemaphoreSlim(0);
        using var begun = new SemaphoreSlim(0);
        var files = new MemoryFiles();
        await using var log = TestLog.Open(files);
        files.Flushing = _ =>
        {
            begun.Release();
            gate.Wait(10_000);
        };
        var tickets = new List<AuditTicket> { log.Log.Append(TestLog.Entry(0)) };
        await begun.WaitAsync(TestContext.Current.CancellationToken);
        var refusal = Assert.Throws<DkmException>(() =>
        {
            while (tickets.Count < 1_000_000)
            {
                tickets.Add(log.Log.Append(TestLog.Entry(tickets.Count)));
            }
        });
        files.Flushing = null;
        gate.Release();

        Assert.Equal(Reasons.AuditBusy, refusal.Reason);
        await Task.WhenAll(tickets.Select(ticket => ticket.Written));
        Assert.Equal(tickets.Count, log.Log.Status.Size);
        await log.Log.AppendAsync(TestLog.Entry(1));
    }

    [Fact]
    public async Task Append_OnlyTheReserveLeft_AdministrationAlone()
    {
        var files = new MemoryFiles();
        await using var log = TestLog.Open(files);
        files.Room = (1000, 49);
        log.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Reasons.AuditFull, Assert.Throws<DkmException>(() => log.Log.Append(TestLog.Entry(0))).Reason);
        await log.Log.AppendAsync(TestLog.Entry(0), AuditUrgency.Administration);

        files.Room = (1000, 500);
        log.Time.Advance(TimeSpan.FromSeconds(1));
        await log.Log.AppendAsync(TestLog.Entry(1));
    }

    [Fact]
    public async Task Append_ManyThreads_EachRecordOnceAtItsPlace()
    {
        var files = new MemoryFiles();
        await using var log = TestLog.Open(files, segmentSize: 20_000);
        var tickets = await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(async () =>
        {
            var mine = new List<(long Index, int Number)>();
            for (var i = 0; i < 250; i++)
            {
                var number = (thread * 1000) + i;
                var ticket = log.Log.Append(TestLog.Entry(number));
                await ticket.Written;
                mine.Add((ticket.Index, number));
            }

            return mine;
        })));

        var read = log.Read();
        Assert.Equal(2000, read.Count);
        Assert.All(tickets.SelectMany(mine => mine), pair => Assert.Equal(TestLog.Entry(pair.Number), read[(int)pair.Index]));
        Assert.True(files.Paths("/records/").Count > 5);
        Assert.Equal(read.Skip(1234).Take(5), log.Log.Read(1234, 5).Select(record => record.Entry));
    }

    [Fact]
    public async Task SignCheckpoint_AndOpenAgain_IsTheTreeOfTheRecords()
    {
        var files = new MemoryFiles();
        await using (var log = TestLog.Open(files, segmentSize: 2000))
        {
            await log.WriteAsync(0, 50);
        }

        await using var again = TestLog.Open(files, segmentSize: 2000);
        await again.WriteAsync(50, 50);
        var note = again.Log.SignCheckpoint();

        var checkpoint = Checkpoint.Open(note, TestLog.Key.Signer.Verifier);
        var expected = new CompactRange();
        foreach (var (entry, index) in Enumerable.Range(0, 100).Select(number => (TestLog.Entry(number), number)))
        {
            var body = new byte[RecordCodec.MaximumSize];
            expected.Append(MerkleHashing.Leaf(body.AsSpan(0, RecordCodec.Write(entry, index, body))));
        }

        Assert.Equal(new Checkpoint(TestLog.Key.Signer.Verifier.Name, 100, expected.Root), checkpoint);
        Assert.StartsWith("mail.example/dkm/crypto/", checkpoint!.Origin, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prove_EveryRecord_ChecksWithoutTheLogAndNoOtherDoes()
    {
        await using var log = TestLog.Open(new MemoryFiles(), segmentSize: 1000);
        await log.WriteAsync(0, 20);
        using var other = new NoteSigner(TestLog.Key.Signer.Verifier.Name, NoteKind.Signature, new byte[32]);
        for (var index = 0; index < 20; index++)
        {
            Assert.True(InclusionProof.TryParse(log.Log.Prove(index)!.ToString(), out var proof));

            Assert.Equal(new AuditRecord(index, TestLog.Entry(index)), proof.Verify(TestLog.Key.Signer.Verifier));
            Assert.Null(proof.Verify(other.Verifier));
            Assert.Null((proof with { Index = index ^ 1 }).Verify(TestLog.Key.Signer.Verifier));
            var record = proof.Record.ToArray();
            record[^1] ^= 1;
            Assert.Null((proof with { Record = record }).Verify(TestLog.Key.Signer.Verifier));
        }

        Assert.Null(log.Log.Prove(20));
    }
}
