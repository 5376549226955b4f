namespace Dkm.UnitTests.Audit;

using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Audit;
using Dkm.Core;
using Xunit;

/// <summary>What somebody does to the files of a log, and what the verifier says.</summary>
public sealed class VerifierTests
{
    private const int Records = 40;

    private static NoteVerifier Key => TestLog.Key.Signer.Verifier;

    [Fact]
    public async Task Verify_NothingDone_NothingFound()
    {
        var (files, anchors) = await WrittenAsync();

        var report = Verify(files, anchors);

        Assert.Null(report.Finding);
        Assert.Equal((0, Records, Records), (report.First, report.Size, report.Anchored));
    }

    [Fact]
    public async Task Verify_AnyByteOfARecordChanged_NamesTheRecord()
    {
        var (files, anchors) = await WrittenAsync();
        var path = TestLog.Paths.Segment(0);
        var content = files.Content(path);
        var starts = BatchStarts(content);
        for (var i = starts[0]; i < content.Length; i += 3)
        {
            var changed = files.Copy();
            changed.Replace(path, [.. content[..i], (byte)(content[i] ^ 0x10), .. content[(i + 1)..]]);

            var finding = Verify(changed, anchors).Finding!;
            Assert.Equal((starts.Count(start => start <= i) - 1, RecordFault.Changed), ((int)finding.Index, finding.Kind));
        }
    }

    [Fact]
    public async Task Verify_ChangedWithItsChecksum_IsNamedByTheStoredHashes()
    {
        var (files, anchors) = await WrittenAsync();
        Forge(files, 12);

        var finding = Verify(files, anchors).Finding!;

        Assert.Equal((12, 13, RecordFault.Changed), (finding.Index, finding.Before, finding.Kind));
    }

    [Fact]
    public async Task Verify_ChangedWithItsChecksumAndTheStoredHashes_IsFoundBetweenTwoAnchors()
    {
        var (files, anchors) = await WrittenAsync();
        Forge(files, 12);
        foreach (var path in files.Paths("/tree/"))
        {
            files.Remove(path);
        }

        var finding = Verify(files, anchors).Finding!;

        Assert.Equal((10, 20, RecordFault.Rewritten), (finding.Index, finding.Before, finding.Kind));
    }

    [Fact]
    public async Task Verify_WholeLogWrittenAnewAndSigned_IsFoundAgainstTheAnchors()
    {
        var (_, anchors) = await WrittenAsync();
        var files = new MemoryFiles();
        await using (var log = TestLog.Open(files, segmentSize: 1500))
        {
            await log.WriteAsync(0, 25);
            await log.WriteAsync(77, 15);
        }

        var finding = Verify(files, anchors).Finding!;

        Assert.Equal((20, 30, RecordFault.Rewritten), (finding.Index, finding.Before, finding.Kind));
    }

    [Fact]
    public async Task Verify_TailCut_NamesTheFirstThatIsMissing()
    {
        var (files, anchors) = await WrittenAsync();
        var path = files.Paths("/records/")[^1];
        Assert.True(SegmentNames.TryParse(path[^20..], out var first));
        var content = files.Content(path);
        var starts = BatchStarts(content);

        var cut = files.Copy();
        cut.Replace(path, content[..starts[^1]]);
        Assert.Equal((Records - 1, RecordFault.Cut), Named(Verify(cut, anchors)));

        cut.Replace(path, content[..^3]);
        Assert.Equal((Records - 1, RecordFault.Cut), Named(Verify(cut, anchors)));

        cut.Remove(path);
        Assert.Equal((first, RecordFault.Cut), Named(Verify(cut, anchors)));
    }

    [Fact]
    public async Task Verify_BatchTakenOutSwappedOrTwice_NamesTheRecord()
    {
        var (files, anchors) = await WrittenAsync();
        var path = TestLog.Paths.Segment(0);
        var content = files.Content(path);
        var starts = BatchStarts(content);
        byte[] Batch(int number) => content[starts[number]..starts[number + 1]];

        var changed = files.Copy();
        changed.Replace(path, [.. content[..starts[2]], .. content[starts[3]..]]);
        Assert.Equal((2, RecordFault.Missing), Named(Verify(changed, anchors)));

        changed.Replace(path, [.. content[..starts[2]], .. Batch(3), .. Batch(2), .. content[starts[4]..]]);
        Assert.Equal((2, RecordFault.Missing), Named(Verify(changed, anchors)));

        changed.Replace(path, [.. content[..starts[3]], .. Batch(2), .. content[starts[3]..]]);
        Assert.Equal((3, RecordFault.Reordered), Named(Verify(changed, anchors)));
    }

    [Fact]
    public async Task Verify_SegmentTakenOutOrSwapped_NamesTheRecord()
    {
        var (files, anchors) = await WrittenAsync();
        var paths = files.Paths("/records/");
        Assert.True(SegmentNames.TryParse(paths[1][^20..], out var second));

        var gone = files.Copy();
        gone.Remove(paths[1]);
        Assert.Equal((second, RecordFault.Missing), Named(Verify(gone, anchors)));

        var swapped = files.Copy();
        swapped.Replace(paths[1], files.Content(paths[2]));
        Assert.Equal((second, RecordFault.Changed), Named(Verify(swapped, anchors)));
    }

    [Fact]
    public async Task Verify_OldSegmentsShippedAway_GoesOnFromWhatIsHere()
    {
        var (files, anchors) = await WrittenAsync();
        var paths = files.Paths("/records/");
        Assert.True(SegmentNames.TryParse(paths[1][^20..], out var second));
        files.Remove(paths[0]);

        var report = Verify(files, anchors);

        Assert.Null(report.Finding);
        Assert.Equal((second, Records, Records), (report.First, report.Size, report.Anchored));
    }

    [Fact]
    public async Task Verify_TwoHistoriesSigned_IsFound()
    {
        var (files, anchors) = await WrittenAsync();
        var other = TestLog.Key.Signer.Sign(new Checkpoint(Key.Name, 20, MerkleHashing.Empty).Text, DateTimeOffset.UnixEpoch);

        Assert.Equal(RecordFault.Rewritten, Verify(files, [.. anchors, other]).Finding!.Kind);
    }

    [Fact]
    public async Task Anchors_NotSignedByTheLogOrNotCosigned_AreRefused()
    {
        var (_, anchors) = await WrittenAsync();
        using var forger = new NoteSigner(Key.Name, NoteKind.Signature, new byte[32]);
        using var access = new NoteSigner("mail.example/dkm/access", NoteKind.Cosignature, new byte[32]);
        var forged = forger.Sign(anchors[1].Text, DateTimeOffset.UnixEpoch);

        Assert.Equal("anchors[1]", Assert.Throws<DkmException>(() => AnchorList.Of([anchors[0], forged], Key)).Field);
        Assert.Equal("anchors[0]", Assert.Throws<DkmException>(() => AnchorList.Of(anchors, Key, access.Verifier)).Field);
        Assert.Equal(4, AnchorList.Of(anchors.Select(note => access.Sign(note, DateTimeOffset.UnixEpoch)).ToList(), Key, access.Verifier).Checkpoints.Count);
    }

    private static (long Index, RecordFault Kind) Named(VerifyReport report) => (report.Finding!.Index, report.Finding.Kind);

    private static VerifyReport Verify(MemoryFiles files, IReadOnlyList<SignedNote> anchors) =>
        LogVerifier.Verify(files, TestLog.Directory, Key, AnchorList.Of(anchors, Key), default);

    /// <summary>One record a batch, several segments, an anchor every ten records.</summary>
    private static async Task<(MemoryFiles Files, IReadOnlyList<SignedNote> Anchors)> WrittenAsync()
    {
        var files = new MemoryFiles();
        var anchors = new List<SignedNote>();
        await using var log = TestLog.Open(files, segmentSize: 1500);
        for (var number = 0; number < Records; number += 10)
        {
            await log.WriteAsync(number, 10);
            anchors.Add(log.Log.SignCheckpoint());
        }

        Assert.True(files.Paths("/records/").Count > 3);
        return (files, anchors);
    }

    /// <summary>Changes a byte of a record as somebody would who knows the format: the checksum fits.</summary>
    private static void Forge(MemoryFiles files, long index)
    {
        var first = SegmentNames.Among(files.List(TestLog.Paths.Records)).Last(candidate => candidate <= index);
        var path = TestLog.Paths.Segment(first);
        var content = files.Content(path);
        Assert.True(SegmentHeader.TryRead(files.OpenRead(path), out var header));
        var frame = BatchStarts(content)[(int)(index - first)] + BatchFormat.HeaderLength;
        content[frame + BatchFormat.FrameLength + 60] ^= 1;
        BatchFormat.Seal(content.AsSpan(frame), header.Seed);
        files.Replace(path, content);
    }

    private static List<int> BatchStarts(byte[] content)
    {
        var starts = new List<int>();
        for (var at = BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(12)); at < content.Length;)
        {
            starts.Add(at);
            at += BatchFormat.HeaderLength + BinaryPrimitives.ReadInt32BigEndian(content.AsSpan(at + 16));
        }

        return starts;
    }
}
