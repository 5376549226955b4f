namespace Dkm.UnitTests.Cli.Doctor;

using System;
using System.Linq;
using Dkm.Cli.Doctor;
using Google.Protobuf.WellKnownTypes;
using Xunit;

/// <summary>What dkm doctor says of etcd, as the replicas see it.</summary>
public sealed class EtcdRulesTests
{
    private const long Quota = 2L << 30;

    private readonly ClusterFacts cluster = new();

    [Fact]
    public void Judge_OneMemberDown_NamesIt()
    {
        Down(1);
        Expect("etcd member", Verdict.Broken, ClusterFacts.Etcd1 + " is down: no answer");
    }

    [Fact]
    public void Judge_ProblemThatNamesItsMember_IsToldOnce()
    {
        foreach (var member in cluster.Member(1))
        {
            member.Reachable = false;
            member.Problem = $"{ClusterFacts.Etcd1}: no connection to {ClusterFacts.Etcd1}: Connection refused";
        }

        Assert.Equal(ClusterFacts.Etcd1 + " is down: no connection: Connection refused", cluster.TheFinding().Detail);
    }

    [Fact]
    public void Judge_OneMemberDownForOneReplicaOnly_BlamesTheWayBetween()
    {
        cluster.KeyRing(1).Store.Members[1].Reachable = false;
        cluster.KeyRing(1).Store.Members[1].Problem = "no answer within 2 s";
        Expect("etcd member", Verdict.Broken, "does not answer keyring at keyring-1:8443, and does answer others");
    }

    [Fact]
    public void Judge_MemberThatLetsStrangersIn_IsTold()
    {
        foreach (var member in cluster.Member(0))
        {
            member.Problem = "accepts clients that show no certificate";
        }

        Expect("etcd member", Verdict.Broken, "accepts clients that show no certificate");
    }

    [Fact]
    public void Judge_TwoMembersDown_QuorumIsLost()
    {
        Down(0);
        Down(1);
        foreach (var member in cluster.Member(2))
        {
            member.LeaderId = string.Empty;
            member.Errors.Add("etcdserver: no leader");
        }

        cluster.Access(0).Store.ConfirmAge = TimeSpan.FromSeconds(30).ToDuration();
        cluster.Crypto(0).Policy.ConfirmAge = TimeSpan.FromSeconds(30).ToDuration();

        var findings = cluster.Judge().Where(check => check.Verdict != Verdict.Good).ToList();
        Assert.All(findings, finding => Assert.Equal(Verdict.Broken, finding.Verdict));

        // The cause first, and the one member that is left is not what to look at.
        Assert.Equal(["etcd quorum", "etcd member", "etcd member", "etcd member", "store", "policy"], findings.Select(finding => finding.Name));
        Assert.StartsWith("lost: 1 of 3 members answer", findings[0].Detail, StringComparison.Ordinal);
        Assert.StartsWith("it finds one by itself", findings[3].Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_AllAnswerAndNoneHasALeader_QuorumIsLost()
    {
        foreach (var member in cluster.Stores.SelectMany(store => store.Members))
        {
            member.LeaderId = string.Empty;
        }

        Assert.Contains(cluster.Judge(), check => check is { Name: "etcd quorum", Verdict: Verdict.Broken });
    }

    [Fact]
    public void Judge_OneMemberCutOffFromTheOthers_IsTold()
    {
        foreach (var member in cluster.Member(1))
        {
            member.LeaderId = string.Empty;
            member.Errors.Add("etcdserver: no leader");
        }

        Expect("etcd member", Verdict.Broken, ClusterFacts.Etcd1 + " answers, and knows no leader");
    }

    [Theory]
    [InlineData(0.79, null)]
    [InlineData(0.81, nameof(Verdict.Watch))]
    [InlineData(0.96, nameof(Verdict.Broken))]
    public void Judge_DatabaseNearItsQuota_IsToldInTime(double share, string? verdict)
    {
        foreach (var member in cluster.Member(0))
        {
            member.DatabaseBytes = (long)(share * Quota);
            member.UsedBytes = member.DatabaseBytes;
        }

        ExpectMaybe("etcd quota", verdict, ClusterFacts.Etcd0);
    }

    [Fact]
    public void Judge_QuotaNotTold_TakesEtcdsDefaultAndSaysSo()
    {
        foreach (var member in cluster.Member(0))
        {
            (member.QuotaBytes, member.DatabaseBytes) = (0, (long)(0.85 * Quota));
        }

        Expect("etcd quota", Verdict.Watch, "etcd's default");
    }

    [Theory]
    [InlineData(0.2, "defrag")]
    [InlineData(0.9, "compaction")]
    public void Judge_DatabaseNearItsQuota_AdvisesByWhatIsInUse(double used, string advice)
    {
        foreach (var member in cluster.Member(0))
        {
            member.DatabaseBytes = (long)(0.9 * Quota);
            member.UsedBytes = (long)(used * member.DatabaseBytes);
        }

        Assert.Contains(advice, cluster.TheFinding().Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_QuotaAlarm_IsOneFinding()
    {
        foreach (var member in cluster.Stores.SelectMany(store => store.Members))
        {
            member.DatabaseBytes = Quota;
            member.Errors.Add("memberID:1 alarm:NOSPACE ");
            member.Errors.Add("memberID:2 alarm:NOSPACE ");
        }

        Expect("etcd quota", Verdict.Broken, "refuses every change");
        Assert.Contains("alarm disarm", cluster.TheFinding().Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("memberID:1 alarm:CORRUPT ", "replace that member")]
    [InlineData("something new", "log of that member")]
    public void Judge_OtherAlarm_IsTold(string error, string advice)
    {
        foreach (var member in cluster.Stores.SelectMany(store => store.Members))
        {
            member.Errors.Add(error);
        }

        Expect("etcd alarm", Verdict.Broken, error.Trim());
        Assert.Contains(advice, cluster.TheFinding().Advice, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5.9, 900, null)]
    [InlineData(30, 900, "keeps all that was overwritten for 1d6h or more:")]
    [InlineData(30, 1, "never been compacted")]
    public void Judge_HistoryLong_CompactionIsOff(double hours, long oldest, string? said)
    {
        cluster.Access(0).Store.HistoryAge = TimeSpan.FromHours(hours).ToDuration();
        cluster.Access(0).Store.OldestRevision = oldest;
        ExpectMaybe("compaction", said is null ? null : nameof(Verdict.Watch), said ?? string.Empty);
    }

    [Fact]
    public void Judge_HistoryUnknown_SaysNothing()
    {
        foreach (var store in cluster.Stores)
        {
            (store.HistoryAge, store.OldestRevision) = (null, 0);
        }

        Assert.DoesNotContain(cluster.Judge(), check => check.Name == "compaction");
    }

    private void Down(int member)
    {
        foreach (var seen in cluster.Member(member))
        {
            (seen.Reachable, seen.Problem) = (false, "no answer within 2 s");
            (seen.MemberId, seen.LeaderId, seen.DatabaseBytes) = (string.Empty, string.Empty, 0);
        }
    }

    private void Expect(string name, Verdict verdict, string said)
    {
        var finding = cluster.TheFinding();
        Assert.Equal((name, verdict), (finding.Name, finding.Verdict));
        Assert.Contains(said, finding.Detail, StringComparison.Ordinal);
    }

    private void ExpectMaybe(string name, string? verdict, string said)
    {
        if (verdict is null)
        {
            Assert.All(cluster.Judge(), check => Assert.Equal(Verdict.Good, check.Verdict));
        }
        else
        {
            Expect(name, System.Enum.Parse<Verdict>(verdict), said);
        }
    }
}
