namespace Dkm.Audit;

using System;
using System.Collections.Generic;
using System.IO;
using Dkm.Core;

/// <summary>
/// Finds out what a log holds. Only the last segment is read, since the tree of those before was on disk before it was begun. What was committed is there
/// afterwards, or the record that is not is named and the log is refused: nothing that was answered for is dropped in silence.
/// </summary>
internal sealed class LogRecovery(IAuditFiles files, LogPaths paths, LogId log, TreeFiles tree)
{
    /// <param name="committed">How many records are known to have been committed; there may be more.</param>
    /// <exception cref="DkmException">FAILED_PRECONDITION AUDIT_DAMAGED.</exception>
    public RecoveredLog Run(long committed)
    {
        DeleteDrafts();
        var segments = SegmentNames.Among(files.List(paths.Records));
        if (segments.Count == 0)
        {
            return committed > 0
                ? throw Missing(0, committed)
                : new RecoveredLog(new CompactRange(), new IntentLedger([]), segments, null, 0, 0);
        }

        using var last = files.OpenRead(paths.Segment(segments[^1]));
        var header = Header(last, segments[^1]);
        if (!TreeIs(header))
        {
            MakeTree(segments);
        }

        return Replay(last, header, segments, committed);
    }

    private RecoveredLog Replay(IAuditFile file, SegmentHeader header, IReadOnlyList<long> segments, long committed)
    {
        var range = CompactRange.Of(header.First, header.Peaks);
        var open = new IntentLedger(header.Open);
        var reader = new SegmentReader(file, header);
        var status = Append(reader, range, open);
        if (status is not BatchStatus.End)
        {
            var named = status == BatchStatus.Faulty ? reader.Fault : (reader.Next, RecordFault.Cut);
            DemandTorn(file, header, reader, named, committed);
        }

        var length = reader.Position;
        return reader.Next < committed
            ? throw Missing(reader.Next, committed)
            : new RecoveredLog(range, open, segments, header, length, file.Length - length);
    }

    private BatchStatus Append(SegmentReader reader, CompactRange range, IntentLedger open)
    {
        BatchStatus status;
        while ((status = reader.Read()) == BatchStatus.Whole)
        {
            var frames = reader.Frames;
            while (!frames.IsEmpty)
            {
                var prefixed = SegmentReader.TakeFrame(ref frames);
                if (RecordCodec.Kind(prefixed[1..]) is AuditKind.Intent or AuditKind.Outcome && RecordCodec.TryRead(prefixed[1..], out var record))
                {
                    open.See(record.Entry.Kind, record.Entry.Operation, record.Index);
                }

                range.Append(MerkleHashing.PrefixedLeaf(prefixed), tree);
            }

            tree.Write();
        }

        return status;
    }

    /// <summary>What is wrong behind the last whole batch is the trace of a write that nobody was answered for, or the record is named.</summary>
    private static void DemandTorn(IAuditFile file, SegmentHeader header, SegmentReader reader, (long Index, RecordFault Kind) named, long committed)
    {
        var length = file.Length - reader.Position;
        if (reader.Next < committed || named.Kind is RecordFault.Missing or RecordFault.Reordered
            || length > BatchFormat.HeaderLength + BatchFormat.MaximumLength)
        {
            throw Damaged(named);
        }

        var rest = new byte[length];
        var read = file.Read(rest, reader.Position);
        if (read != length || TornTail.HasLaterBatch(rest, header.Seed, reader.Next)
            || (named.Kind != RecordFault.Cut && rest.Length >= BatchFormat.HeaderLength && !TornTail.HasUnwrittenSector(rest, reader.Position)))
        {
            throw Damaged(named);
        }
    }

    private SegmentHeader Header(IAuditFile file, long first)
    {
        if (!SegmentHeader.TryRead(file, out var header) || header.First != first)
        {
            throw AuditErrors.Damaged($"the segment of record {first} and those after it is damaged at its start ({paths.Segment(first)})");
        }

        return header.Log == log
            ? header
            : throw AuditErrors.Damaged($"{paths.Segment(first)} belongs to log {header.Log}, and the audit key to log {log}");
    }

    private bool TreeIs(SegmentHeader header)
    {
        try
        {
            var offset = 0L;
            var next = 0;
            for (var level = 62; level >= 0; level--)
            {
                if (((header.First >> level) & 1) == 0)
                {
                    continue;
                }

                if (tree.Node(level, offset >> level) != header.Peaks[next++])
                {
                    return false;
                }

                offset += 1L << level;
            }

            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>The stored hashes are lost or wrong: they are made of the records, as far as these are all here.</summary>
    private void MakeTree(IReadOnlyList<long> segments)
    {
        if (segments[0] != 0)
        {
            throw AuditErrors.Damaged($"the hashes in {paths.Tree} are damaged, and the records before {segments[0]}, of which they could be made, are not here");
        }

        var range = new CompactRange();
        for (var i = 0; i < segments.Count - 1; i++)
        {
            using var file = files.OpenRead(paths.Segment(segments[i]));
            var reader = new SegmentReader(file, Header(file, segments[i]));
            if (Append(reader, range, new IntentLedger([])) != BatchStatus.End)
            {
                throw Damaged(reader.Fault.Kind == RecordFault.None ? (reader.Next, RecordFault.Cut) : reader.Fault);
            }

            if (reader.Next != segments[i + 1])
            {
                throw Missing(reader.Next, segments[i + 1]);
            }
        }

        tree.Flush();
    }

    private void DeleteDrafts()
    {
        foreach (var name in files.List(paths.Records))
        {
            if (name.EndsWith(SegmentNames.Draft, StringComparison.Ordinal))
            {
                files.Delete(Path.Combine(paths.Records, name));
            }
        }
    }

    private static DkmException Missing(long index, long committed) =>
        AuditErrors.Damaged($"audit record {index} is missing: {committed} records were committed");

    private static DkmException Damaged((long Index, RecordFault Kind) fault) =>
        AuditErrors.Damaged($"audit record {fault.Index} is damaged ({fault.Kind}), and not by an interrupted write");
}
