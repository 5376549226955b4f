namespace Dkm.KeyRing.Distribution.Holders;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Dkm.Records.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

/// <summary>What a replica says of itself, to its records and back. Paths say which ring and which replica, and no more.</summary>
internal static class HolderRecords
{
    public const string Replicas = "holders/replicas/";

    /// <summary>A record has to fit a transaction, and a replica takes fewer connections than this.</summary>
    private const int MaximumHolders = 10_000;

    public static string Folder(string ringUid) => $"holders/{ringUid}/";

    public static string Path(string ringUid, string replica) => Folder(ringUid) + replica;

    public static string ReplicaPath(string replica) => Replicas + replica;

    public static byte[] Write(string replica, IEnumerable<LiveHolder> holders) => new RingHoldersRecord
    {
        Replica = replica,
        Holders =
        {
            holders.Take(MaximumHolders).Select(holder => new HolderRecord
            {
                Identity = holder.Identity.ToString(),
                AcknowledgedRevision = holder.Revision,
                ConnectTime = holder.ConnectTime.ToTimestamp(),
            }),
        },
    }.ToByteArray();

    public static IEnumerable<LiveHolder> Read(ReadOnlyMemory<byte> body)
    {
        var record = RingHoldersRecord.Parser.ParseFrom(body.Span);
        return record.Holders.Select(holder => new LiveHolder(
            SpiffeId.Parse(holder.Identity), holder.AcknowledgedRevision, holder.ConnectTime.ToDateTimeOffset(), LeaseStart: null, record.Replica));
    }

    public static byte[] Write(ReplicaClock clock) =>
        new ReplicaRecord { Replica = clock.Replica, Clock = clock.Time.ToTimestamp() }.ToByteArray();

    public static ReplicaClock ReadClock(ReadOnlyMemory<byte> body)
    {
        var record = ReplicaRecord.Parser.ParseFrom(body.Span);
        return new ReplicaClock(record.Replica, record.Clock.ToDateTimeOffset());
    }
}
