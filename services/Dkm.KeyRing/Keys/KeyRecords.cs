namespace Dkm.KeyRing.Keys;

using System;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.KeyRing.Keys.States;
using Dkm.Records.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

/// <summary>A key to its record and back.</summary>
internal static class KeyRecords
{
    public const string Prefix = "keys/";

    private static readonly MessageParser<KeyRecord> Parser = KeyRecord.Parser.WithDiscardUnknownFields(true);

    public static string Path(string ringUid, KeyId id) => $"{Prefix}{ringUid}/{id}";

    /// <summary>The ring's uid and the key of a path, or null if it is none of ours.</summary>
    public static (string RingUid, KeyId Id)? ReadPath(string path)
    {
        var slash = path.LastIndexOf('/');
        return path.StartsWith(Prefix, StringComparison.Ordinal) && slash > Prefix.Length && KeyId.TryParse(path[(slash + 1)..], out var id)
            ? (path[Prefix.Length..slash], id.Value)
            : null;
    }

    public static byte[] Write(RingKey key, string ringUid, string operationId)
    {
        if (key.IsCold)
        {
            throw new InvalidOperationException($"key {key.Id} would be written without its material");
        }

        var record = new KeyRecord
        {
            Id = ByteString.CopyFrom(key.Id.ToByteArray()),
            RingUid = ringUid,
            State = (KeyRecord.Types.StoredState)key.Facts.Stored,
            CreateTime = key.Facts.CreateTime.ToTimestamp(),
            ActivateTime = key.Facts.ActivateTime.ToTimestamp(),
            ArchiveTime = key.ArchiveTime?.ToTimestamp(),
            WrappedMaterial = ByteString.CopyFrom(key.Wrapped.Span),
            WrappingKeyId = key.WrappingKeyId,
            OperationId = operationId,
        };
        if (key.Mark is { } mark)
        {
            record.StateBefore = (KeyRecord.Types.StoredState)mark.Before;
            record.StateTime = mark.Time.ToTimestamp();
            record.StateReason = mark.Reason;
            record.DestroyTime = mark.DestroyTime?.ToTimestamp();
        }

        return key.Unknown.IsEmpty ? record.ToByteArray() : [.. record.ToByteArray(), .. key.Unknown.Span];
    }

    public static (string RingUid, RingKey Key) Read(ReadOnlyMemory<byte> body, long recordVersion)
    {
        var record = Parser.ParseFrom(body.Span);
        var facts = new KeyFacts(
            KeyId.Read(record.Id.Span), (StoredKeyState)record.State, record.CreateTime.ToDateTimeOffset(), record.ActivateTime.ToDateTimeOffset());
        return (record.RingUid, new RingKey(facts)
        {
            ArchiveTime = record.ArchiveTime?.ToDateTimeOffset(),
            Wrapped = record.WrappedMaterial.ToByteArray(),
            WrappingKeyId = string.Intern(record.WrappingKeyId),
            RecordVersion = recordVersion,
            Mark = ReadMark(record),

            // A record that is as long as what was understood of it has nothing else; looking costs more than the rest together, and there may be a million.
            Unknown = record.CalculateSize() == body.Length ? default : UnknownFields.Of(body, KeyRecord.DestroyTimeFieldNumber),
        });
    }

    private static KeyMark? ReadMark(KeyRecord record) => record.StateTime is null
        ? null
        : new((StoredKeyState)record.StateBefore, record.StateTime.ToDateTimeOffset(), record.StateReason, record.DestroyTime?.ToDateTimeOffset());
}
