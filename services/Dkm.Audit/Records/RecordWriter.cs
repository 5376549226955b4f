namespace Dkm.Audit;

using System;
using System.Buffers.Binary;
using System.Text;

/// <summary>Writes fields one after the other; what is absent takes no room.</summary>
internal ref struct RecordWriter(Span<byte> destination)
{
    private const int FieldHeader = 3;

    private readonly Span<byte> destination = destination;

    public int Length { get; private set; }

    public void Fixed(AuditEntry entry, long index)
    {
        destination[0] = RecordCodec.Version;
        destination[1] = (byte)entry.Kind;
        destination[2] = (byte)entry.Outcome;
        BinaryPrimitives.WriteInt64BigEndian(destination[RecordCodec.IndexOffset..], index);
        BinaryPrimitives.WriteInt64BigEndian(destination[(RecordCodec.IndexOffset + 8)..], Microseconds(entry.Time));
        Length = RecordCodec.FixedSize;
    }

    public void Text(RecordField field, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        // Whole characters only; what is no well-formed UTF-16 becomes U+FFFD, so that what is written can be read.
        var room = destination.Slice(Length + FieldHeader, AuditEntry.MaximumText);
        if (!Encoding.UTF8.TryGetBytes(text, room, out var written))
        {
            Encoding.UTF8.GetEncoder().Convert(text, room, flush: true, out _, out written, out _);
        }

        Header(field, written);
    }

    public void Hash(RecordField field, AuditHash? hash)
    {
        if (hash is { } value)
        {
            value.Write(destination[(Length + FieldHeader)..]);
            Header(field, AuditHash.Size);
        }
    }

    public void Id(RecordField field, UInt128? id)
    {
        if (id is { } value)
        {
            BinaryPrimitives.WriteUInt128BigEndian(destination[(Length + FieldHeader)..], value);
            Header(field, 16);
        }
    }

    public void Number(RecordField field, long? number)
    {
        if (number is { } value)
        {
            BinaryPrimitives.WriteInt64BigEndian(destination[(Length + FieldHeader)..], value);
            Header(field, sizeof(long));
        }
    }

    private static long Microseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private void Header(RecordField field, int length)
    {
        destination[Length] = (byte)field;
        BinaryPrimitives.WriteUInt16BigEndian(destination[(Length + 1)..], (ushort)length);
        Length += FieldHeader + length;
    }
}
