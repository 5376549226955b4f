namespace Dkm.Audit;

using System;
using System.IO;
using System.Linq;
using Dkm.Core;

/// <summary>Reads committed records of an open log, beside the thread that writes.</summary>
internal static class SegmentScan
{
    /// <exception cref="DkmException">FAILED_PRECONDITION AUDIT_DAMAGED; UNAVAILABLE AUDIT_UNAVAILABLE.</exception>
    public static void Run(LogStore store, long from, RecordVisitor visit)
    {
        // Only what was committed when it began: behind that a batch may be half written.
        var size = store.Size;
        try
        {
            var segments = store.Segments();
            var start = segments.LastOrDefault(first => first <= from, segments[0]);
            foreach (var first in segments.Where(first => first >= start && first < size))
            {
                using var file = store.OpenSegment(first);
                if (!Visit(file, first, from, size, visit))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AuditErrors.Unavailable($"the audit records cannot be read: {e.Message}", e);
        }
    }

    private static bool Visit(IAuditFile file, long first, long from, long size, RecordVisitor visit)
    {
        var reader = SegmentHeader.TryRead(file, out var header)
            ? new SegmentReader(file, header)
            : throw AuditErrors.Damaged($"the segment of record {first} is damaged at its start");
        while (reader.Next < size)
        {
            switch (reader.Read())
            {
                case BatchStatus.End:
                    return true;
                case BatchStatus.Whole:
                    break;
                default:
                    throw AuditErrors.Damaged($"audit record {long.Max(reader.Next, reader.Fault.Index)} is damaged");
            }

            var index = reader.First;
            for (var frames = reader.Frames; !frames.IsEmpty; index++)
            {
                var body = SegmentReader.TakeFrame(ref frames)[1..];
                if (index >= from && !visit(index, body))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
