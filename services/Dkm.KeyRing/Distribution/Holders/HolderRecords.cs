namespace Dkm.KeyRing.Distribution.Holders;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Records.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

/// <summary>What a replica says of itself, to its records and back. Paths say which ring and which replica, and no more.</summary>
internal static class HolderRecords
{
    public const string Replicas = "holders/replicas/";

    /// <summary>
    /// A record has to fit a transaction of etcd, and names may be long: of thousands of identities that hold one ring at one replica those beyond it are counted and not named, the
    /// longest names first.
    /// </summary>
    public const int MaximumBytes = 512 * 1024;

    /// <summary>A repeated message's tag and length.</summary>
    private const int FieldOverhead = 4;

    private const int OmittedSize = 16;

    public static string Folder(string ringUid) => $"holders/{ringUid}/";

    public static string Path(string ringUid, string replica) => Folder(ringUid) + replica;

    public static string ReplicaPath(string replica) => Replicas + replica;

    public static byte[] Write(string replica, IEnumerable<LiveHolder> holders)
    {
        var record = new RingHoldersRecord { Replica = replica };
        var size = record.CalculateSize() + OmittedSize;
        var omitted = new List<string>();
        foreach (var one in Grouped([.. holders]))
        {
            size += one.CalculateSize() + FieldOverhead;
            if (size <= MaximumBytes)
            {
                record.Holders.Add(one);
            }
            else
            {
                omitted.AddRange(Enumerable.Repeat(one.Identity, one.ProcessCount));
            }
        }

        (record.OmittedProcessCount, record.OmittedIdentityCount) = HolderCount.Of(omitted);
        return record.ToByteArray();
    }

    public static RingHolders Read(ReadOnlyMemory<byte> body)
    {
        var record = RingHoldersRecord.Parser.ParseFrom(body.Span);
        var live = record.Holders.SelectMany(holder => Enumerable.Repeat(
            new LiveHolder(SpiffeId.Parse(holder.Identity), holder.AcknowledgedRevision, holder.ConnectTime.ToDateTimeOffset(), LeaseStart: null, record.Replica),
            Math.Max(1, holder.ProcessCount)));
        return new([.. live], new(record.OmittedProcessCount, record.OmittedIdentityCount));
    }

    /// <summary>
    /// At most two of an identity, however many streams it opens: those that have the newest and those that are behind. So nobody fills the record, and hides others, by that; nor by a
    /// long name, for the short ones go first.
    /// </summary>
    private static IEnumerable<HolderRecord> Grouped(IReadOnlyCollection<LiveHolder> holders)
    {
        var newest = holders.Select(holder => holder.Revision).DefaultIfEmpty().Max();
        return holders
            .GroupBy(holder => (Identity: holder.Identity.ToString(), HasNewest: holder.Revision == newest))
            .OrderBy(group => group.Key.Identity.Length)
            .ThenBy(group => group.Key.Identity, StringComparer.Ordinal)
            .ThenBy(group => group.Key.HasNewest)
            .Select(group => new HolderRecord
            {
                Identity = group.Key.Identity,
                AcknowledgedRevision = group.Min(holder => holder.Revision),
                ConnectTime = group.Min(holder => holder.ConnectTime).ToTimestamp(),
                ProcessCount = group.Count(),
            });
    }

    public static byte[] Write(ReplicaClock clock) =>
        new ReplicaRecord { Replica = clock.Replica, Clock = clock.Time.ToTimestamp() }.ToByteArray();

    public static ReplicaClock ReadClock(ReadOnlyMemory<byte> body)
    {
        var record = ReplicaRecord.Parser.ParseFrom(body.Span);
        return new ReplicaClock(record.Replica, record.Clock.ToDateTimeOffset());
    }
}
