namespace Dkm.Audit;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using Dkm.Core;

/// <summary>
/// Reads the files of a log once, in memory that does not grow with them, and names the first record at fault. It trusts the public key and the anchors, and
/// nothing that lies beside the records.
/// </summary>
public sealed class LogVerifier
{
    private readonly IAuditFiles files;
    private readonly LogPaths paths;
    private readonly NoteVerifier key;
    private readonly AnchorList anchors;
    private readonly CancellationToken cancellationToken;
    private int nextAnchor;
    private long anchored;
    private CompactRange vouched = new();
    private CompactRange range = new();
    private long unfinished;

    private LogVerifier(IAuditFiles files, string directory, NoteVerifier key, AnchorList anchors, CancellationToken cancellationToken)
    {
        this.files = files;
        paths = new LogPaths(directory, directory);
        this.key = key;
        this.anchors = anchors;
        this.cancellationToken = cancellationToken;
    }

    /// <param name="directory">The log's directory.</param>
    /// <param name="key">The log's public key, from elsewhere than that directory.</param>
    /// <param name="anchors">What was signed.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DkmException">UNAVAILABLE AUDIT_UNAVAILABLE: the files cannot be read.</exception>
    public static VerifyReport Verify(string directory, NoteVerifier key, AnchorList anchors, CancellationToken cancellationToken) =>
        Verify(new DiskFiles(), directory, key, anchors, cancellationToken);

    internal static VerifyReport Verify(IAuditFiles files, string directory, NoteVerifier key, AnchorList anchors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(anchors);
        try
        {
            return new LogVerifier(files, directory, key, anchors, cancellationToken).Run();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AuditErrors.Unavailable($"the audit log in {directory} cannot be read: {e.Message}", e);
        }
    }

    private VerifyReport Run()
    {
        var segments = SegmentNames.Among(files.List(paths.Records));
        var finding = anchors.Split;
        for (var i = 0; i < segments.Count && finding is null; i++)
        {
            using var file = files.OpenRead(paths.Segment(segments[i]));
            finding = Segment(file, segments[i], isFirst: i == 0, isLast: i == segments.Count - 1);
        }

        if (finding is null && nextAnchor < anchors.Checkpoints.Count)
        {
            finding = Fault(range.Size, RecordFault.Cut, $"{anchors.Checkpoints[^1].Size} records were signed, and the log ends here");
        }

        return new VerifyReport(segments.Count == 0 ? 0 : segments[0], range.Size, anchored, range.Root, unfinished, finding);
    }

    private VerifyFinding? Segment(IAuditFile file, long first, bool isFirst, bool isLast)
    {
        if (!SegmentHeader.TryRead(file, out var header) || header.First != first || header.Log != LogId.Of(key.PublicKeyBytes))
        {
            return Fault(isFirst ? first : range.Size, RecordFault.Changed, "its segment is damaged at its start, or is of another log");
        }

        if (isFirst)
        {
            range = CompactRange.Of(header.First, header.Peaks);
            SkipAnchorsBefore(header.First);
            if (JudgeAnchor() is { } before)
            {
                return before;
            }
        }

        if (header.First != range.Size)
        {
            return header.First > range.Size
                ? Fault(range.Size, RecordFault.Missing, $"the next one that is here is {header.First}")
                : Fault(header.First, RecordFault.Reordered, "it is there a second time");
        }

        if (CompactRange.Of(header.First, header.Peaks).Root != range.Root)
        {
            return new VerifyFinding(vouched.Size, header.First, RecordFault.Changed, $"the records before {header.First} are not those that the segment after them was begun with");
        }

        return Batches(new SegmentReader(file, header), file, isLast);
    }

    private VerifyFinding? Batches(SegmentReader reader, IAuditFile file, bool isLast)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (reader.Read())
            {
                case BatchStatus.Whole:
                    break;
                case BatchStatus.End:
                    return null;
                case BatchStatus.CutOff when isLast:
                    unfinished = file.Length - reader.Position;
                    return null;
                case BatchStatus.CutOff:
                    return Fault(reader.Next, RecordFault.Cut, "its segment ends before it");
                default:
                    // The batch at fault was not taken: of the records before the one named, none is wrong.
                    return Fault(reader.Fault.Index, reader.Fault.Kind, "its bytes are not those that were written there");
            }

            for (var frames = reader.Frames; !frames.IsEmpty;)
            {
                range.Append(MerkleHashing.PrefixedLeaf(SegmentReader.TakeFrame(ref frames)));
                if (JudgeAnchor() is { } finding)
                {
                    return finding;
                }
            }
        }
    }

    private void SkipAnchorsBefore(long size)
    {
        while (nextAnchor < anchors.Checkpoints.Count && anchors.Checkpoints[nextAnchor].Size < size)
        {
            nextAnchor++;
        }
    }

    private VerifyFinding? JudgeAnchor()
    {
        if (nextAnchor == anchors.Checkpoints.Count || anchors.Checkpoints[nextAnchor].Size != range.Size)
        {
            return null;
        }

        var anchor = anchors.Checkpoints[nextAnchor];
        if (range.Root != anchor.Root)
        {
            return Changed(anchor);
        }

        nextAnchor++;
        anchored = anchor.Size;
        vouched = range.Copy();
        return null;
    }

    /// <summary>The records between two anchors add up to something else than was signed. Where the stored hashes are still those that were signed, they tell which.</summary>
    private VerifyFinding Changed(Checkpoint anchor)
    {
        if (StoredLeaves(anchor) is { } stored)
        {
            var changed = FirstDifference(stored);
            if (changed >= 0)
            {
                return Fault(changed, RecordFault.Changed, "its checksum fits, and it is not the one that was signed");
            }
        }

        return new VerifyFinding(vouched.Size, anchor.Size, RecordFault.Rewritten, string.Create(
            CultureInfo.InvariantCulture,
            $"records {vouched.Size} to {anchor.Size - 1} are not those that were signed: at least one of them was written anew"));
    }

    /// <summary>The leaf hashes behind the last good anchor, if they add up to the anchor; else null.</summary>
    private List<AuditHash>? StoredLeaves(Checkpoint anchor)
    {
        try
        {
            using var tree = new TreeFiles(files, paths.Tree, readOnly: true);
            var leaves = new List<AuditHash>();
            var grown = vouched.Copy();
            for (var index = vouched.Size; index < anchor.Size; index++)
            {
                leaves.Add(tree.Node(0, index));
                grown.Append(leaves[^1]);
            }

            return grown.Root == anchor.Root ? leaves : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private long FirstDifference(List<AuditHash> stored)
    {
        var next = vouched.Size;
        var different = -1L;
        foreach (var first in SegmentNames.Among(files.List(paths.Records)))
        {
            using var file = files.OpenRead(paths.Segment(first));
            if (!SegmentHeader.TryRead(file, out var header))
            {
                break;
            }

            var reader = new SegmentReader(file, header);
            while (different < 0 && next < vouched.Size + stored.Count && reader.Read() == BatchStatus.Whole)
            {
                var index = reader.First;
                for (var frames = reader.Frames; !frames.IsEmpty && different < 0; index++)
                {
                    var leaf = MerkleHashing.PrefixedLeaf(SegmentReader.TakeFrame(ref frames));
                    if (index == next && next < vouched.Size + stored.Count)
                    {
                        different = leaf == stored[(int)(next - vouched.Size)] ? -1 : index;
                        next++;
                    }
                }
            }
        }

        return different;
    }

    private static VerifyFinding Fault(long index, RecordFault kind, string why) => new(index, index + 1, kind, string.Create(
        CultureInfo.InvariantCulture, $"record {index} is {Word(kind)}: {why}"));

    private static string Word(RecordFault kind) => kind switch
    {
        RecordFault.Missing or RecordFault.Cut => "missing",
        RecordFault.Reordered => "out of order",
        _ => "changed",
    };
}
