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

    /// <summary>
    /// A record has to fit a transaction of etcd, and names may be long: of thousands of holders of one ring at one replica those beyond it are not told of. A change that so
    /// many would feel asks back with fewer of them.
    /// </summary>
    public const int MaximumBytes = 512 * 1024;

    /// <summary>A repeated message's tag and length.</summary>
    private const int FieldOverhead = 4;

    public static string Folder(string ringUid) => $"holders/{ringUid}/";

    public static string Path(string ringUid, string replica) => Folder(ringUid) + replica;

    public static string ReplicaPath(string replica) => Replicas + replica;

    public static byte[] Write(string replica, IEnumerable<LiveHolder> holders)
    {
        var record = new RingHoldersRecord { Replica = replica };
        var size = record.CalculateSize();
        foreach (var holder in holders)
        {
            var one = new HolderRecord
            {
                Identity = holder.Identity.ToString(),
                AcknowledgedRevision = holder.Revision,
                ConnectTime = holder.ConnectTime.ToTimestamp(),
            };
            size += one.CalculateSize() + FieldOverhead;
            if (size > MaximumBytes)
            {
                break;
            }

            record.Holders.Add(one);
        }

        return record.ToByteArray();
    }

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
