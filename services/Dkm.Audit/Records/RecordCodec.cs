namespace Dkm.Audit;

using System;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Dkm.Core;

/// <summary>
/// The bytes of a record, which are the leaf of the tree: <c>version:1 ‖ kind:1 ‖ outcome:1 ‖ index:8 ‖ microseconds since 1970:8</c>, then fields of
/// <c>tag:1 ‖ length:2 ‖ value</c> in the order of their tags. One entry has one encoding, and what would be another is not read.
/// </summary>
internal static class RecordCodec
{
    public const byte Version = 1;
    public const int IndexOffset = 3;
    public const int FixedSize = 19;

    /// <summary>No record is larger: nine texts and all the rest.</summary>
    public const int MaximumSize = 10240;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>How many bytes were written, at most <see cref="MaximumSize"/>.</returns>
    public static int Write(AuditEntry entry, long index, Span<byte> destination)
    {
        var writer = new RecordWriter(destination);
        writer.Fixed(entry, index);
        writer.Text(RecordField.Identity, entry.Identity);
        writer.Text(RecordField.Person, entry.Person);
        writer.Text(RecordField.Elevation, entry.Elevation);
        writer.Text(RecordField.Ticket, entry.Ticket);
        writer.Text(RecordField.Action, entry.Action);
        writer.Text(RecordField.Ring, entry.Ring);
        writer.Text(RecordField.Subject, entry.Subject);
        writer.Id(RecordField.Key, entry.Key is { } key ? Number(key) : null);
        writer.Hash(RecordField.Context, entry.Context);
        writer.Text(RecordField.Reason, entry.Reason);
        writer.Id(RecordField.Trace, entry.Trace);
        writer.Id(RecordField.Operation, entry.Operation);
        writer.Hash(RecordField.Body, entry.Body);
        writer.Number(RecordField.Count, entry.Count);
        writer.Number(RecordField.Refused, entry.Refused);
        writer.Hash(RecordField.Items, entry.Items);
        return writer.Length;
    }

    public static long Index(ReadOnlySpan<byte> body) => BinaryPrimitives.ReadInt64BigEndian(body[IndexOffset..]);

    public static AuditKind Kind(ReadOnlySpan<byte> body) => (AuditKind)body[1];

    public static bool TryRead(ReadOnlySpan<byte> body, [NotNullWhen(true)] out AuditRecord? record)
    {
        record = null;
        if (body.Length is < FixedSize or > MaximumSize || body[0] != Version || !Enum.IsDefined((AuditKind)body[1]) || !Enum.IsDefined((AuditOutcome)body[2]))
        {
            return false;
        }

        try
        {
            var microseconds = BinaryPrimitives.ReadInt64BigEndian(body[(IndexOffset + 8)..]);
            var entry = Fields(body[FixedSize..], new AuditEntry
            {
                Kind = (AuditKind)body[1],
                Outcome = (AuditOutcome)body[2],
                Time = DateTimeOffset.UnixEpoch.AddTicks(checked(microseconds * TimeSpan.TicksPerMicrosecond)),
            });

            // Whatever else could be read (another order, a field twice, an empty text) is not what we write.
            Span<byte> again = stackalloc byte[MaximumSize];
            record = new AuditRecord(Index(body), entry);
            return again[..Write(entry, record.Index, again)].SequenceEqual(body);
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            return false;
        }
    }

    private static AuditEntry Fields(ReadOnlySpan<byte> rest, AuditEntry entry)
    {
        while (!rest.IsEmpty)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
            entry = With(entry, (RecordField)rest[0], rest.Slice(3, length));
            rest = rest[(3 + length)..];
        }

        return entry;
    }

    private static AuditEntry With(AuditEntry entry, RecordField field, ReadOnlySpan<byte> value) => field switch
    {
        RecordField.Identity => entry with { Identity = Strict.GetString(value) },
        RecordField.Person => entry with { Person = Strict.GetString(value) },
        RecordField.Elevation => entry with { Elevation = Strict.GetString(value) },
        RecordField.Ticket => entry with { Ticket = Strict.GetString(value) },
        RecordField.Action => entry with { Action = Strict.GetString(value) },
        RecordField.Ring => entry with { Ring = Strict.GetString(value) },
        RecordField.Subject => entry with { Subject = Strict.GetString(value) },
        RecordField.Key => entry with { Key = KeyId.Read(value) },
        RecordField.Context => entry with { Context = AuditHash.Read(value) },
        RecordField.Reason => entry with { Reason = Strict.GetString(value) },
        RecordField.Trace => entry with { Trace = BinaryPrimitives.ReadUInt128BigEndian(value) },
        RecordField.Operation => entry with { Operation = BinaryPrimitives.ReadUInt128BigEndian(value) },
        RecordField.Body => entry with { Body = AuditHash.Read(value) },
        RecordField.Count => entry with { Count = BinaryPrimitives.ReadInt64BigEndian(value) },
        RecordField.Refused => entry with { Refused = BinaryPrimitives.ReadInt64BigEndian(value) },
        RecordField.Items => entry with { Items = AuditHash.Read(value) },
        _ => throw new ArgumentOutOfRangeException(nameof(field)),
    };

    private static UInt128 Number(KeyId key)
    {
        Span<byte> bytes = stackalloc byte[KeyId.Size];
        key.Write(bytes);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
