namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Immutable;
using Dkm.Core;
using Dkm.Records.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

/// <summary>
/// What a request id was used for. Written with what the request made, and only where there is no such note yet: of several requests that bring one id at
/// the same moment, to whichever replicas, one makes something.
/// </summary>
/// <param name="Id">The request id.</param>
/// <param name="Digest">SHA-256 of the request's body.</param>
/// <param name="RingUid">The ring that it made or rolled.</param>
/// <param name="KeyId">The key that it made; null if it made the ring.</param>
/// <param name="CreateTime">When.</param>
/// <param name="RecordVersion">The record's version in the store.</param>
internal sealed record RequestNote(
    string Id, ImmutableArray<byte> Digest, string RingUid, KeyId? KeyId, DateTimeOffset CreateTime, long RecordVersion = 0)
{
    public const string Prefix = "requests/";

    /// <summary>Longer than anybody retries. What a request made knows its id for good if it is a ring, and till the next rollover if it is a key.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    /// <summary>Of one ring, beyond which only what makes a key or ends its trust is noted: nobody fills the store by asking again and again under new ids.</summary>
    public const int MaximumOfRing = 100;

    public static string Path(string id) => Prefix + id;

    public bool IsOld(DateTimeOffset now) => now - CreateTime > Kept;

    public bool IsOf(ReadOnlySpan<byte> digest) => Digest.AsSpan().SequenceEqual(digest);

    public static RequestNote Read(ReadOnlyMemory<byte> body, long recordVersion)
    {
        var record = RequestRecord.Parser.ParseFrom(body.Span);
        return new(
            record.RequestId,
            [.. record.RequestDigest.Span],
            record.RingUid,
            Core.KeyId.TryParse(record.KeyId, out var key) ? key : null,
            record.CreateTime.ToDateTimeOffset(),
            recordVersion);
    }

    public byte[] Write(string operationId) => new RequestRecord
    {
        RequestId = Id,
        RequestDigest = ByteString.CopyFrom(Digest.AsSpan()),
        RingUid = RingUid,
        KeyId = KeyId?.ToString() ?? string.Empty,
        CreateTime = CreateTime.ToTimestamp(),
        OperationId = operationId,
    }.ToByteArray();
}
