namespace Dkm.IntegrationTests.Doctor;

using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Dkm.Testing.Certificates;
using Dkm.Transport;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

/// <summary><c>dkm doctor</c> against a real cluster that a test breaks.</summary>
[Trait("Binaries", "published")]
public sealed class DoctorTests
{
    [Fact]
    public async Task Doctor_MemberKilledAndStartedAgain_TellsBoth()
    {
        await using var cluster = await DoctorCluster.StartAsync();
        var well = await cluster.WaitUntilWellAsync();
        Assert.Equal(2, well.Checks.Count(check => check.Name == "keyring"));
        Assert.Superset(
            new[] { "certificate", "clock", "compaction", "etcd member", "etcd quota", "leader", "memory", "policy", "store" }.ToHashSet(),
            well.Checks.Select(check => check.Name).ToHashSet());

        await cluster.Etcd.KillAsync(1);
        var broken = await cluster.WaitForAsync("a member is down", diagnosis => diagnosis.Findings.Count == 1);
        Assert.Equal(1, broken.ExitCode);
        Assert.Equal("etcd member", broken.Findings[0].Name);
        Assert.Contains($"{cluster.Etcd.Endpoints[1]} is down", broken.Findings[0].Detail, StringComparison.Ordinal);

        cluster.Etcd.Start(1);
        await cluster.WaitUntilWellAsync();
    }

    [Fact]
    public async Task Doctor_QuorumPaused_IsAnsweredAndSaysSo()
    {
        await using var cluster = await DoctorCluster.StartAsync();
        await cluster.WaitUntilWellAsync();
        cluster.Etcd.Pause(0);
        cluster.Etcd.Pause(1);

        // The policy is older than what administration goes by, and the administrator is answered all the same.
        var lost = await cluster.WaitForAsync("the quorum is lost, and replicas are behind", diagnosis => diagnosis.Finds("etcd quorum") && diagnosis.Finds("policy"));
        Assert.Equal(1, lost.ExitCode);
        Assert.Contains("1 of 3 members answer", lost.Findings.Single(finding => finding.Name == "etcd quorum").Detail, StringComparison.Ordinal);
        Assert.True(lost.Finds("store") && lost.Finds("leader"), string.Join('\n', lost.Findings));
        Assert.DoesNotContain(lost.Findings, finding => finding.Name is "access" or "keyring" or "crypto");

        cluster.Etcd.Resume(0);
        cluster.Etcd.Resume(1);
        await cluster.WaitUntilWellAsync();
    }

    [Fact]
    public async Task Doctor_QuotaUsedUp_SaysWhatToDo()
    {
        await using var cluster = await DoctorCluster.StartAsync(arguments => [.. arguments, $"--quota-backend-bytes={16 << 20}"]);
        await using var store = await cluster.Etcd.OpenStoreAsync(cancellationToken: TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<DkmException>(async () =>
        {
            for (var i = 0; i < 64; i++)
            {
                await store.CommitAsync(
                    new StoreTransaction { Puts = [new StorePut("/dkm/v1/filler/1", new byte[1 << 20])] }, TestContext.Current.CancellationToken);
            }
        });

        var full = await cluster.WaitForAsync("out of room", diagnosis => diagnosis.Finds("etcd quota"));
        Assert.Equal(1, full.ExitCode);
        var finding = Assert.Single(full.Findings, finding => finding.Name == "etcd quota");
        Assert.Contains("used up its quota", finding.Detail, StringComparison.Ordinal);
        Assert.Contains("alarm disarm", finding.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_LeaderStopped_NamesItAndAnotherLeads()
    {
        await using var cluster = await DoctorCluster.StartAsync();
        var well = await cluster.WaitUntilWellAsync();
        var firstLeads = well.Checks.Single(check => check.Name == "leader").Detail.Contains(cluster.KeyRing(0).Address.Authority, StringComparison.Ordinal);
        var (stopped, other) = firstLeads ? (cluster.KeyRing(0), cluster.KeyRing(1)) : (cluster.KeyRing(1), cluster.KeyRing(0));
        await DoctorCluster.StopAsync(stopped);

        var one = await cluster.WaitForAsync("another leads", diagnosis => diagnosis.Findings.Count == 1);
        Assert.Equal(1, one.ExitCode);
        Assert.Equal("keyring", one.Findings[0].Name);
        Assert.Contains("did not answer", one.Findings[0].Detail, StringComparison.Ordinal);
        Assert.Contains(one.Checks, check => check.Name == "leader" && check.Detail.Contains(other.Address.Authority, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Doctor_ClockAndCertificateOfOneReplica_NamesItAndWorksOn()
    {
        await using var cluster = await DoctorCluster.StartAsync(clock: new ShiftedClock(TimeSpan.FromSeconds(3)));
        var second = cluster.KeyRing(1);
        cluster.Pki.WriteIdentity(
            cluster.Pki.Service.Issue(TestPki.Leaf("/dkm/keyring") with { Begin = TimeSpan.FromDays(-1), End = TimeSpan.FromHours(1) }),
            Path.GetDirectoryName(cluster.Files.CertificateFile));
        second.App.Services.GetRequiredService<CertificateSource>().Reload();

        var found = await cluster.WaitForAsync("clock and certificate", diagnosis => diagnosis.Finds("clock") && diagnosis.Finds("certificate"));
        Assert.Equal(8, found.ExitCode);
        Assert.All(found.Findings, finding => Assert.Contains($"keyring at {second.Address.Authority}", finding.Detail, StringComparison.Ordinal));

        // A clock is read over the network: a moment later than it was told.
        Assert.Matches(@" (2\.\d|3|3\.\d) s ahead of", found.Findings.Single(finding => finding.Name == "clock").Detail);
    }

    [Fact]
    public async Task Doctor_AsAWorkload_HearsHealthAlone()
    {
        await using var cluster = await DoctorCluster.StartAsync();
        var heard = await cluster.AskAsync("--identity", "worker");
        Assert.True(heard.ExitCode == 0, string.Join('\n', heard.Findings));
        Assert.DoesNotContain(heard.Checks, check => check.Name.StartsWith("etcd", StringComparison.Ordinal) || check.Name is "store" or "leader");
        Assert.Equal(2, heard.Checks.Count(check => check.Name == "keyring"));
    }

    private sealed class ShiftedClock(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
    }
}
