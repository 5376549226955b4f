namespace Dkm.Audit;

using System;
using System.Collections.Generic;
using System.Threading.Tasks;

/// <summary>Records that wait for one write and one flush, and one task for all who wait for these.</summary>
internal sealed class PendingBatch
{
    private const int InitialLength = 1 << 16;

    private readonly List<(AuditKind Kind, UInt128? Operation, long Index)> changes = [];
    private byte[] buffer = new byte[InitialLength];
    private int length = BatchFormat.HeaderLength;

    // Whoever waits goes on by itself: the writer's thread has the next batch to write.
    private TaskCompletionSource written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Count { get; private set; }

    public long First { get; private set; }

    public Task Written => written.Task;

    /// <summary>Header and frames.</summary>
    public Span<byte> Bytes => buffer.AsSpan(0, length);

    public Span<byte> Frames => buffer.AsSpan(BatchFormat.HeaderLength, length - BatchFormat.HeaderLength);

    public IReadOnlyList<(AuditKind Kind, UInt128? Operation, long Index)> Changes => changes;

    public bool HasRoom => length + BatchFormat.MaximumFrame <= BatchFormat.HeaderLength + BatchFormat.MaximumLength;

    public void Begin(long first)
    {
        (First, Count, length) = (first, 0, BatchFormat.HeaderLength);
        changes.Clear();
        written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public long Add(AuditEntry entry)
    {
        if (buffer.Length - length < BatchFormat.MaximumFrame)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        var index = First + Count++;
        var frame = buffer.AsSpan(length);
        length += BatchFormat.Frame(frame, RecordCodec.Write(entry, index, frame[(BatchFormat.FrameLength + 1)..]));
        if (entry.Kind is AuditKind.Intent or AuditKind.Outcome)
        {
            changes.Add((entry.Kind, entry.Operation, index));
        }

        return index;
    }

    /// <summary>Header and checksums, once it is known which segment it goes to.</summary>
    public void Seal(uint seed)
    {
        BatchFormat.WriteHeader(buffer, seed, First, Count, length - BatchFormat.HeaderLength);
        for (var frames = Frames; !frames.IsEmpty;)
        {
            frames = frames[BatchFormat.Seal(frames, seed)..];
        }
    }

    public void Succeed() => written.TrySetResult();

    public void Fail(Exception exception)
    {
        written.TrySetException(exception);

        // Nobody may be waiting any more, and that is no news to anybody.
        _ = written.Task.Exception;
    }
}
