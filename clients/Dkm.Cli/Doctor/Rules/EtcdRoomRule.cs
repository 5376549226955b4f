namespace Dkm.Cli.Doctor.Rules;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Dkm.Cli.Parsing;
using Dkm.Status.V1;

/// <summary>Whether etcd's database fits its quota, whether its history is cut, and what etcd itself raises an alarm about.</summary>
internal static class EtcdRoomRule
{
    private const string Quota = "etcd quota";
    private const string Compaction = "compaction";
    private const string Alarm = "etcd alarm";

    /// <summary>What etcd takes by itself, for members that do not tell (before 3.6).</summary>
    private const long UsualQuota = 2L * 1024 * 1024 * 1024;

    /// <summary>docs/etcd.md asks for an hour of history.</summary>
    private static readonly TimeSpan LongHistory = TimeSpan.FromHours(6);

    public static IEnumerable<CheckResult> Judge(IReadOnlyList<ReplicaFacts> replicas)
    {
        // Replicas see the same databases: one view of each is enough.
        var members = SeenMember.All(replicas)
            .Where(one => one.Member.MemberId.Length > 0)
            .DistinctBy(one => one.Member.MemberId)
            .Select(one => one.Member)
            .ToList();
        return members.Count == 0 ? [] : [.. Alarms(members), .. Room(members), .. History(replicas)];
    }

    private static IEnumerable<CheckResult> Alarms(List<StoreMember> members)
    {
        var errors = members.SelectMany(member => member.Errors).Distinct(StringComparer.Ordinal).ToList();
        if (errors.Exists(IsNoSpace))
        {
            yield return CheckResult.Broken(
                Quota,
                "etcd has used up its quota and refuses every change; what is there can still be read",
                "compact and defragment it or raise --quota-backend-bytes, then: etcdctl alarm disarm");
        }

        foreach (var error in errors.Where(error => !IsNoSpace(error) && !error.Contains("no leader", StringComparison.Ordinal)))
        {
            yield return CheckResult.Broken(
                Alarm,
                $"etcd says: {error.Trim()}",
                error.Contains("CORRUPT", StringComparison.Ordinal)
                    ? "a member's data is damaged: replace that member by an empty one (etcd's documentation, data corruption)"
                    : "look at the log of that member");
        }
    }

    private static IEnumerable<CheckResult> Room(List<StoreMember> members)
    {
        if (members.SelectMany(member => member.Errors).Any(IsNoSpace))
        {
            yield break;
        }

        var fullest = members.MaxBy(Fullness)!;
        var share = Fullness(fullest);
        var words = string.Create(
            CultureInfo.InvariantCulture,
            $"{fullest.Endpoint} uses {MiB(fullest.DatabaseBytes)} of {MiB(QuotaOf(fullest))} MiB{(fullest.QuotaBytes > 0 ? string.Empty : " (etcd's default; it does not tell)")}");
        var advice = fullest.UsedBytes * 2 < fullest.DatabaseBytes
            ? "most of it is free inside: etcdctl defrag, one member after the other"
            : "see that compaction is on (docs/etcd.md), and raise --quota-backend-bytes";
        yield return share switch
        {
            >= 0.95 => CheckResult.Broken(Quota, words + "; without room it refuses every change", advice),
            >= 0.80 => CheckResult.Watch(Quota, words, advice),
            _ => CheckResult.Good(Quota, words),
        };
    }

    private static IEnumerable<CheckResult> History(IReadOnlyList<ReplicaFacts> replicas)
    {
        var known = replicas
            .Where(replica => replica.Status?.Store is { OldestRevision: > 0, HistoryAge: not null })
            .Select(replica => replica.Status!.Store)
            .ToList();
        if (known.Count == 0)
        {
            yield break;
        }

        var longest = known.MaxBy(store => store.HistoryAge.ToTimeSpan())!;
        var age = longest.HistoryAge.ToTimeSpan();
        yield return age <= LongHistory
            ? CheckResult.Good(Compaction, string.Create(CultureInfo.InvariantCulture, $"the oldest revision kept is {longest.OldestRevision}"))
            : CheckResult.Watch(
                Compaction,
                $"etcd keeps all that was overwritten for {Durations.FormatRough(age)} or more{(longest.OldestRevision == 1 ? ", and has never been compacted" : string.Empty)}: it is off or rare",
                "start its members with --auto-compaction-mode=periodic --auto-compaction-retention=1h; once now: etcdctl compact REVISION");
    }

    private static bool IsNoSpace(string error) => error.Contains("NOSPACE", StringComparison.Ordinal);

    private static long QuotaOf(StoreMember member) => member.QuotaBytes > 0 ? member.QuotaBytes : UsualQuota;

    private static double Fullness(StoreMember member) => (double)member.DatabaseBytes / QuotaOf(member);

    private static long MiB(long bytes) => bytes / (1024 * 1024);
}
