namespace Dkm.UnitTests.Cli.Doctor;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Cli.Doctor;
using Dkm.Cli.Doctor.Rules;
using Dkm.Core;
using Dkm.Status.V1;
using Google.Protobuf.WellKnownTypes;
using Xunit;

/// <summary>Two replicas of each service on three members of etcd, all well; a test breaks something.</summary>
internal sealed class ClusterFacts
{
    public const string Etcd0 = "https://etcd-0:2379/";
    public const string Etcd1 = "https://etcd-1:2379/";

    public static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly List<ReplicaFacts> replicas = [];

    public ClusterFacts()
    {
        foreach (var service in (DkmService[])[DkmService.Access, DkmService.KeyRing, DkmService.Crypto])
        {
            replicas.Add(Replica(service, 0));
            replicas.Add(Replica(service, 1));
        }

        KeyRing(0).Rollover.Leads = true;
    }

    public ServiceStatus Access(int replica) => replicas[replica].Status!;

    public ServiceStatus KeyRing(int replica) => replicas[2 + replica].Status!;

    public ServiceStatus Crypto(int replica) => replicas[4 + replica].Status!;

    /// <summary>A member as every replica with a store sees it.</summary>
    public IEnumerable<StoreMember> Member(int member) => Stores.Select(store => store.Members[member]);

    public IEnumerable<StoreStatus> Stores => replicas.Select(replica => replica.Status?.Store).OfType<StoreStatus>();

    public IEnumerable<ServiceStatus> All => replicas.Select(replica => replica.Status).OfType<ServiceStatus>();

    public void Silence(DkmService service, int replica)
    {
        var place = replicas.FindIndex(one => one.Service == service) + replica;
        replicas[place] = replicas[place] with { Status = null, Trouble = $"{replicas[place].Address} did not answer: UNAVAILABLE NOT_CONNECTED: nobody there", Advice = "start it" };
    }

    public void Replace(DkmService service, int replica, Func<ReplicaFacts, ReplicaFacts> change)
    {
        var place = replicas.FindIndex(one => one.Service == service) + replica;
        replicas[place] = change(replicas[place]);
    }

    public IReadOnlyList<CheckResult> Judge() => [.. ClusterRules.Judge(replicas, Now)];

    /// <summary>Exactly one finding and its advice, each one line; all else is good.</summary>
    public CheckResult TheFinding()
    {
        var finding = Assert.Single(Judge(), check => check.Verdict != Verdict.Good);
        Assert.DoesNotContain('\n', finding.Detail);
        Assert.False(string.IsNullOrEmpty(finding.Advice));
        Assert.DoesNotContain('\n', finding.Advice);
        return finding;
    }

    private static ReplicaFacts Replica(DkmService service, int number)
    {
        var name = service.ToString().ToLowerInvariant();
        return new ReplicaFacts(service, new Uri($"https://{name}-{number}:8443"), Now, Now.AddMilliseconds(20))
        {
            Status = new ServiceStatus
            {
                Service = name,
                Replica = $"{name}-{number}",
                Host = $"host-{number}",
                Version = "1.0.0",
                RequestTime = Now.AddMilliseconds(5).ToTimestamp(),
                Time = Now.AddMilliseconds(15).ToTimestamp(),
                Ready = true,
                Parts = { new PartStatus { Name = "identity", Ready = true } },
                Certificate = Certificate(),
                Memory = new MemoryStatus { Locked = true, ExcludedFromDumps = true },
                Policy = new PolicyStatus { Epoch = 1, Number = 7, ConfirmAge = TimeSpan.FromSeconds(1).ToDuration() },
                Store = service == DkmService.Crypto ? null : Store(),
                Rollover = service == DkmService.KeyRing ? new RolloverStatus { Leader = "keyring-0" } : null,
            },
        };
    }

    private static CertificateStatus Certificate() => new() { StartTime = Now.AddDays(-1).ToTimestamp(), ExpireTime = Now.AddDays(30).ToTimestamp() };

    private static StoreStatus Store() => new()
    {
        Kind = StoreStatus.Types.Kind.Etcd,
        Epoch = 1,
        Number = 42,
        ConfirmAge = TimeSpan.FromSeconds(1).ToDuration(),
        OldestRevision = 900,
        HistoryAge = TimeSpan.FromHours(1).ToDuration(),
        Certificate = Certificate(),
        Members = { Enumerable.Range(0, 3).Select(Member3) },
    };

    private static StoreMember Member3(int number) => new()
    {
        Endpoint = $"https://etcd-{number}:2379/",
        Reachable = true,
        MemberId = $"{number + 1}",
        LeaderId = "1",
        Version = "3.6.14",
        Revision = 1000,
        DatabaseBytes = 50 << 20,
        UsedBytes = 40 << 20,
        QuotaBytes = 2L << 30,
    };
}
