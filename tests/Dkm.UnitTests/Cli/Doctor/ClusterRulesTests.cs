namespace Dkm.UnitTests.Cli.Doctor;

using System;
using System.Linq;
using Dkm.Cli.Doctor;
using Dkm.Core;
using Dkm.Status.V1;
using Google.Protobuf.WellKnownTypes;
using Xunit;

/// <summary>What dkm doctor says of a healthy cluster and of each broken one.</summary>
public sealed class ClusterRulesTests
{
    private readonly ClusterFacts cluster = new();

    [Fact]
    public void Judge_HealthyCluster_FindsNothingAndLooksAtAll()
    {
        var checks = cluster.Judge();
        Assert.All(checks, check => Assert.True(check is { Verdict: Verdict.Good, Advice: null }, check.ToString()));
        Assert.Equal(
            ["access", "certificate", "clock", "compaction", "crypto", "etcd member", "etcd quota", "keyring", "leader", "memory", "policy", "store"],
            checks.Select(check => check.Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Judge_EmbeddedStore_SaysNothingOfEtcd()
    {
        foreach (var store in cluster.Stores)
        {
            store.Kind = StoreStatus.Types.Kind.Embedded;
            store.Members.Clear();
            store.HistoryAge = null;
            store.OldestRevision = 0;
        }

        Assert.All(cluster.Judge(), check => Assert.True(check.Verdict == Verdict.Good && !check.Name.Contains("etcd", StringComparison.Ordinal), check.ToString()));
    }

    [Fact]
    public void Judge_NobodyAnswers_NamesEachAndNothingElse()
    {
        foreach (var service in (DkmService[])[DkmService.Access, DkmService.KeyRing, DkmService.Crypto])
        {
            cluster.Silence(service, 0);
            cluster.Silence(service, 1);
        }

        Assert.Equal(6, cluster.Judge().Count);
        Assert.All(cluster.Judge(), check => Assert.Equal(Verdict.Broken, check.Verdict));
    }

    [Fact]
    public void Judge_OneReplicaSilent_NamesIt()
    {
        cluster.Silence(DkmService.Crypto, 1);
        Expect("crypto", Verdict.Broken, "crypto-1:8443");
    }

    [Fact]
    public void Judge_ReplicaNotReady_SaysWhichPartAndWhy()
    {
        cluster.Access(1).Ready = false;
        cluster.Access(1).Parts.Add(new PartStatus { Name = "store", Note = "STORE_UNAVAILABLE: no member answers" });
        Expect("access", Verdict.Broken, "STORE_UNAVAILABLE");
    }

    [Fact]
    public void Judge_IdentityFilesBroken_IsToldThoughItServes()
    {
        cluster.Crypto(0).Parts[0].Note = "going on with what was read before: tls.key";
        Expect("crypto", Verdict.Watch, "tls.key");
    }

    [Theory]
    [InlineData(true, "is ready", nameof(Verdict.Good))]
    [InlineData(false, "not ready", nameof(Verdict.Broken))]
    public void Judge_CallerIsNoAdministrator_HearsHealthAlone(bool serving, string said, string verdict)
    {
        cluster.Replace(DkmService.Crypto, 0, facts => facts with { Status = null, Serving = serving });
        var check = Assert.Single(cluster.Judge(), check => check.Detail.Contains("crypto-0", StringComparison.Ordinal) && check.Name == "crypto");
        Assert.Equal(verdict, check.Verdict.ToString());
        Assert.Contains(said, check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_VersionsDiffer_IsTold()
    {
        cluster.Crypto(0).Version = "0.9.0";
        Expect("version", Verdict.Watch, "0.9.0 (crypto at crypto-0:8443)");
    }

    [Theory]
    [InlineData(29, null)]
    [InlineData(6, nameof(Verdict.Watch))]
    [InlineData(0.01, nameof(Verdict.Watch))]
    [InlineData(-0.01, nameof(Verdict.Broken))]
    public void Judge_CertificateOfAReplica_IsToldBeforeItEnds(double days, string? verdict)
    {
        cluster.KeyRing(1).Certificate.ExpireTime = ClusterFacts.Now.AddDays(days).ToTimestamp();
        cluster.KeyRing(1).Certificate.StartTime = ClusterFacts.Now.AddDays(-60).ToTimestamp();
        ExpectMaybe("certificate", verdict, "keyring at keyring-1:8443");
    }

    [Fact]
    public void Judge_CertificateThatLivesForADay_IsNotAlwaysAboutToEnd()
    {
        cluster.KeyRing(1).Certificate.StartTime = ClusterFacts.Now.AddHours(-12).ToTimestamp();
        cluster.KeyRing(1).Certificate.ExpireTime = ClusterFacts.Now.AddHours(12).ToTimestamp();
        Assert.All(cluster.Judge(), check => Assert.Equal(Verdict.Good, check.Verdict));
    }

    [Fact]
    public void Judge_CertificateTowardsEtcd_IsTold()
    {
        cluster.Access(0).Store.Certificate.ExpireTime = ClusterFacts.Now.AddHours(1).ToTimestamp();
        Expect("certificate", Verdict.Watch, "access at access-0:8443 towards etcd expires in 1h");
    }

    [Theory]
    [InlineData(0.9, null)]
    [InlineData(2, nameof(Verdict.Watch))]
    [InlineData(-2, nameof(Verdict.Watch))]
    [InlineData(8, nameof(Verdict.Broken))]
    [InlineData(-8, nameof(Verdict.Broken))]
    public void Judge_OneClockAway_NamesIt(double seconds, string? verdict)
    {
        Shift(cluster.Crypto(1), seconds);
        ExpectMaybe("clock", verdict, "crypto at crypto-1:8443 is");
    }

    [Fact]
    public void Judge_TwoReplicasApartAndEachNearUs_IsSkewBetweenThem()
    {
        Shift(cluster.Access(0), 0.9);
        Shift(cluster.Access(1), -0.9);
        Expect("clock", Verdict.Watch, "1.8 s");
    }

    [Fact]
    public void Judge_OurClockAway_BlamesThisMachine()
    {
        foreach (var status in cluster.All)
        {
            Shift(status, 30);
        }

        Expect("clock", Verdict.Broken, "the clock of this machine is 30 s behind");
    }

    [Fact]
    public void Judge_SlowAnswer_IsNoSkew()
    {
        cluster.Replace(DkmService.Access, 0, facts => facts with { After = facts.After.AddSeconds(20) });
        cluster.Access(0).Time = ClusterFacts.Now.AddSeconds(19).ToTimestamp();
        Assert.All(cluster.Judge(), check => Assert.Equal(Verdict.Good, check.Verdict));
    }

    [Theory]
    [InlineData(9, null)]
    [InlineData(30, nameof(Verdict.Broken))]
    public void Judge_ReplicaCannotConfirm_IsBehind(int seconds, string? verdict)
    {
        cluster.KeyRing(1).Store.ConfirmAge = TimeSpan.FromSeconds(seconds).ToDuration();
        cluster.KeyRing(1).Store.Number = 40;
        ExpectMaybe("store", verdict, "keyring at keyring-1:8443 is behind: it could not confirm its state for 30s (1.40; another replica has 1.42)");
    }

    [Fact]
    public void Judge_ReplicaRefusesTheStore_SaysWhat()
    {
        cluster.KeyRing(0).Store.Trouble = "keys/1: an older record";
        Expect("store", Verdict.Broken, "keys/1: an older record");
    }

    [Theory]
    [InlineData(9, null)]
    [InlineData(30, nameof(Verdict.Broken))]
    public void Judge_PolicyOld_IsTold(int seconds, string? verdict)
    {
        cluster.Crypto(0).Policy.ConfirmAge = TimeSpan.FromSeconds(seconds).ToDuration();
        ExpectMaybe("policy", verdict, "crypto at crypto-0:8443");
    }

    [Fact]
    public void Judge_NobodyLeads_IsTold()
    {
        cluster.KeyRing(0).Rollover = new RolloverStatus();
        cluster.KeyRing(1).Rollover = new RolloverStatus();
        Expect("leader", Verdict.Broken, "no replica of keyring leads");
    }

    [Fact]
    public void Judge_LeaderIsTheOneThatIsSilent_IsTold()
    {
        cluster.Silence(DkmService.KeyRing, 0);
        var leader = Assert.Single(cluster.Judge(), check => check.Name == "leader");
        Assert.Equal(Verdict.Watch, leader.Verdict);
        Assert.Contains("keyring-0", leader.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_LeaderByTheStoreDoesNotLead_IsTold()
    {
        cluster.KeyRing(0).Rollover.Leads = false;
        Expect("leader", Verdict.Watch, "keyring-0");
    }

    [Fact]
    public void Judge_LeaderUnknownToUs_IsGood()
    {
        cluster.KeyRing(0).Rollover = new RolloverStatus { Leader = "keyring-7" };
        cluster.KeyRing(1).Rollover = new RolloverStatus { Leader = "keyring-7" };
        Assert.All(cluster.Judge(), check => Assert.Equal(Verdict.Good, check.Verdict));
    }

    [Fact]
    public void Judge_TwoLead_IsTold()
    {
        cluster.KeyRing(1).Rollover.Leads = true;
        Expect("leader", Verdict.Watch, "keyring-1");
    }

    [Fact]
    public void Judge_MemoryNotLocked_NamesTheReplicaAndWhy()
    {
        cluster.KeyRing(1).Memory = new MemoryStatus { Locked = false, LockedBytes = 1, TotalBytes = 2, Note = "the limit is 64 KiB" };
        Expect("memory", Verdict.Watch, "keyring at keyring-1:8443 may be swapped to disk (1 of 2 bytes are locked): the limit is 64 KiB");
    }

    [Fact]
    public void Judge_MemoryInDumps_IsTold()
    {
        cluster.Crypto(0).Memory.ExcludedFromDumps = false;
        Expect("memory", Verdict.Watch, "core dump");
    }

    private static void Shift(ServiceStatus status, double seconds)
    {
        status.RequestTime = status.RequestTime.ToDateTimeOffset().AddSeconds(seconds).ToTimestamp();
        status.Time = status.Time.ToDateTimeOffset().AddSeconds(seconds).ToTimestamp();
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
