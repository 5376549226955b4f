namespace Dkm.UnitTests.Audit;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Audit;
using Dkm.Core;
using Xunit;

/// <summary>Every byte of a log is cut off, lost or changed: what was answered for is there, or a record is named.</summary>
public sealed class LogRecoveryTests
{
    private const int Records = 5;

    private static string Segment => TestLog.Paths.Segment(0);

    [Fact]
    public async Task Open_CutAtEveryByteOfWhatWasAnsweredFor_NamesTheRecord()
    {
        var (files, ends) = await WrittenAsync();
        var content = files.Content(Segment);
        for (var length = 0; length < content.Length; length++)
        {
            var cut = files.Copy();
            cut.Replace(Segment, content[..length]);

            var refusal = Assert.Throws<DkmException>(() => Open(cut));
            Assert.Equal(Reasons.AuditDamaged, refusal.Reason);
            Assert.Contains(length < ends[0] ? "record 0 " : $"record {ends.Count(end => end <= length) - 1} ", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Open_AnyByteChanged_NamesTheRecord()
    {
        var (files, ends) = await WrittenAsync();
        var content = files.Content(Segment);
        for (var i = 0; i < content.Length; i++)
        {
            var changed = files.Copy();
            changed.Replace(Segment, [.. content[..i], (byte)(content[i] ^ 0x40), .. content[(i + 1)..]]);

            var refusal = Assert.Throws<DkmException>(() => Open(changed));
            Assert.Equal(Reasons.AuditDamaged, refusal.Reason);
            Assert.Contains(i < ends[0] ? "record 0 " : $"record {ends.Count(end => end <= i) - 1} ", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Open_TornAtEveryByteOfAWriteThatNobodyWasAnsweredFor_HasAllBeforeAndGoesOn()
    {
        var (files, ends) = await WrittenAsync();
        var content = files.Content(Segment);
        for (var length = ends[^2]; length < content.Length; length++)
        {
            var torn = Unanswered(files);
            torn.Replace(Segment, content[..length]);

            await using var log = TestLog.Open(torn);
            Assert.Equal(Entries(Records - 1), log.Read().Take(Records - 1));
            await log.Log.AppendAsync(TestLog.Entry(99));
            Assert.Equal(TestLog.Entry(99), log.Read()[^1]);
            Assert.Equal(length == ends[^2] ? Records : Records + 1, log.Log.Status.Size);
        }
    }

    [Fact]
    public async Task Open_AnyByteChangedOfAWriteThatNobodyIsKnownToHaveBeenAnsweredFor_IsRefusedAndNotDropped()
    {
        var (files, ends) = await WrittenAsync();
        var content = files.Content(Segment);
        for (var i = ends[^2]; i < content.Length; i++)
        {
            var changed = Unanswered(files);
            changed.Replace(Segment, [.. content[..i], (byte)(content[i] ^ 0x01), .. content[(i + 1)..]]);

            var refusal = Assert.Throws<DkmException>(() => Open(changed));
            Assert.Contains($"record {Records - 1} ", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Open_SectorsOfTheLastWriteNeverWritten_AreCutOffAndBeforeAWholeBatchAreNot()
    {
        var (files, ends) = await WrittenAsync();
        var content = files.Content(Segment);
        var room = new byte[2000];

        var torn = Unanswered(files);
        torn.Replace(Segment, [.. content[..ends[^2]], .. room]);
        Assert.Equal(Entries(Records - 1), await ReadAsync(torn));

        // The mark knows of none of these: that a whole batch comes behind the hole tells.
        var hole = Unanswered(files, committed: Records - 3);
        hole.Replace(Segment, [.. content[..ends[^3]], .. room, .. content[ends[^2]..]]);
        Assert.Contains($"record {Records - 2} ", Assert.Throws<DkmException>(() => Open(hole)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WholeBatchThatNobodyIsKnownToHaveBeenAnsweredFor_IsKept()
    {
        var (files, _) = await WrittenAsync();

        Assert.Equal(Entries(Records), await ReadAsync(Unanswered(files)));
    }

    [Fact]
    public async Task Open_AllSegmentsGone_NamesTheFirstRecord()
    {
        var (files, _) = await WrittenAsync();
        files.Remove(Segment);

        Assert.Contains("record 0 is missing", Assert.Throws<DkmException>(() => Open(files)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_MarkLostOrDamaged_IsRefused()
    {
        var (files, _) = await WrittenAsync();
        var gone = files.Copy();
        gone.Remove(TestLog.Paths.Mark);
        Assert.Equal(Reasons.AuditDamaged, Assert.Throws<DkmException>(() => Open(gone)).Reason);

        files.Replace(TestLog.Paths.Mark, new byte[128]);
        Assert.Equal(Reasons.AuditDamaged, Assert.Throws<DkmException>(() => Open(files)).Reason);
    }

    [Fact]
    public async Task Open_OneSlotOfTheMarkTorn_GoesByTheOther()
    {
        var (files, _) = await WrittenAsync();
        var mark = files.Content(TestLog.Paths.Mark);
        foreach (var slot in new[] { 0, 64 })
        {
            var torn = files.Copy();
            torn.Replace(TestLog.Paths.Mark, [.. mark[..slot], .. new byte[20], .. mark[(slot + 20)..]]);
            Assert.Equal(Entries(Records), await ReadAsync(torn));
        }
    }

    [Fact]
    public async Task Open_HashesLost_AreMadeAnewFromTheRecords()
    {
        var files = new MemoryFiles();
        AuditHash root;
        await using (var log = TestLog.Open(files, segmentSize: 1000))
        {
            await log.WriteAsync(0, 30);
            root = TreeProofs.Root(log.Log.Tree, 0, 30);
        }

        Assert.True(files.Paths("/records/").Count > 3);
        foreach (var path in files.Paths("/tree/"))
        {
            files.Remove(path);
        }

        await using var again = TestLog.Open(files, segmentSize: 1000);
        Assert.Equal(root, TreeProofs.Root(again.Log.Tree, 0, 30));
    }

    [Fact]
    public async Task Open_RecordsWrittenAnewBehindASignedCheckpoint_IsRefused()
    {
        var files = new MemoryFiles();
        await using (var log = TestLog.Open(files))
        {
            await log.WriteAsync(0, 3);
        }

        var others = new MemoryFiles();
        await using (var log = TestLog.Open(others))
        {
            await log.WriteAsync(1, 3);
        }

        others.Replace(TestLog.Paths.Checkpoint, files.Content(TestLog.Paths.Checkpoint));
        Assert.Contains("checkpoint was signed", Assert.Throws<DkmException>(() => Open(others)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WithAnotherKey_IsRefused()
    {
        var (files, _) = await WrittenAsync();
        using var other = new LogKey("mail.example", "crypto", new byte[64]);
        files.Remove(TestLog.Paths.Mark);
        files.Remove(TestLog.Paths.Checkpoint);

        Assert.Contains("belongs to log", Assert.Throws<DkmException>(
            () => LogStore.Open(files, TestLog.Paths, other.Signer.Verifier, 1 << 20)).Message, StringComparison.Ordinal);
    }

    private static void Open(MemoryFiles files) => LogStore.Open(files, TestLog.Paths, TestLog.Key.Signer.Verifier, 1 << 20).Dispose();

    private static async Task<IEnumerable<AuditEntry>> ReadAsync(MemoryFiles files)
    {
        await using var log = TestLog.Open(files);
        return log.Read().Where(entry => entry.Kind != AuditKind.Note);
    }

    private static IEnumerable<AuditEntry> Entries(int count) => Enumerable.Range(0, count).Select(number => TestLog.Entry(number));

    /// <summary>As if the last record had been written and the mark of it not.</summary>
    private static MemoryFiles Unanswered(MemoryFiles files, long committed = Records - 1)
    {
        var copy = files.Copy();
        copy.Remove(TestLog.Paths.Checkpoint);
        copy.Remove(TestLog.Paths.Mark);
        using var mark = CommitMark.Open(copy, TestLog.Paths.Mark, TestLog.Key.Id);
        mark.Write(committed);
        return copy;
    }

    /// <summary>A log of a few records, each in a batch of its own, and where the header and each batch end.</summary>
    private static async Task<(MemoryFiles Files, IReadOnlyList<int> Ends)> WrittenAsync()
    {
        var files = new MemoryFiles();
        await using var log = TestLog.Open(files);
        var ends = new List<int> { files.Content(Segment).Length };
        for (var number = 0; number < Records; number++)
        {
            await log.WriteAsync(number, 1);
            ends.Add(files.Content(Segment).Length);
        }

        return (files, ends);
    }
}
