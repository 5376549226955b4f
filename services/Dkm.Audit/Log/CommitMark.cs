namespace Dkm.Audit;

using System;
using System.Buffers.Binary;

/// <summary>
/// How many records were committed, outside the log's own volume. Two slots of <c>"DKMM" ‖ log id:16 ‖ size:8 ‖ crc:4</c>, written in turn after each commit and
/// before its answers leave. It is flushed with each checkpoint only, so after a power failure it may be behind; after the end of the process alone it is exact.
/// </summary>
internal sealed class CommitMark : IDisposable
{
    private const int SlotSize = 64;
    private const int CrcOffset = 28;
    private const int Used = 32;

    private readonly IAuditFile file;
    private readonly LogId log;
    private int next;

    private CommitMark(IAuditFile file, LogId log)
    {
        this.file = file;
        this.log = log;
    }

    /// <summary>What the file says; -1 if it says nothing.</summary>
    public long Size { get; private set; } = -1;

    /// <summary>Whether there is something in the file and none of it can be read.</summary>
    public bool Damaged { get; private set; }

    private static ReadOnlySpan<byte> Magic => "DKMM"u8;

    public static CommitMark Open(IAuditFiles files, string path, LogId log)
    {
        var mark = new CommitMark(files.Open(path), log);
        mark.Read();
        return mark;
    }

    public void Write(long size)
    {
        Span<byte> slot = stackalloc byte[SlotSize];
        slot.Clear();
        Magic.CopyTo(slot);
        log.Write(slot[4..]);
        BinaryPrimitives.WriteInt64BigEndian(slot[20..], size);
        BinaryPrimitives.WriteUInt32BigEndian(slot[CrcOffset..], Crc.Of(0, slot[..CrcOffset]));
        file.Write(slot, next * SlotSize);
        next = 1 - next;
        Size = size;
    }

    public void Flush() => file.Flush();

    public void Dispose() => file.Dispose();

    private void Read()
    {
        Span<byte> slot = stackalloc byte[SlotSize];
        for (var i = 0; i < 2; i++)
        {
            slot.Clear();
            var read = file.Read(slot, i * SlotSize);
            if (read < Used || !slot.StartsWith(Magic) || LogId.Read(slot[4..]) != log
                || BinaryPrimitives.ReadUInt32BigEndian(slot[CrcOffset..]) != Crc.Of(0, slot[..CrcOffset]))
            {
                continue;
            }

            var size = BinaryPrimitives.ReadInt64BigEndian(slot[20..]);
            (Size, next) = size >= Size ? (size, 1 - i) : (Size, next);
        }

        Damaged = Size < 0 && file.Length >= SlotSize;
    }
}
