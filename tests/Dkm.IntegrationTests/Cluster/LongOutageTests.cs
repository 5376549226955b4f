namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Testing;
using Xunit;

/// <summary>
/// More fails than a cluster is made for, for longer than holders may go on: the cells of README's table. On one ring the limit in this process passes (<c>key_lease</c>, 5 s), on another
/// one Crypto's (<c>policy_staleness</c>, 7 s), and a third has both far away.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class LongOutageTests(ClusterFixture cluster)
{
    /// <summary>A heartbeat of a second that renewed the lease just before, the age that its confirmation may have had, and the loaded machine.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(2);

    /// <summary>The heartbeats on a confirmation that is not yet too old (0.75 s), what a call through Crypto takes until it gives up, and the loaded machine.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(1.5);

    /// <summary>So long before the end of the outage a call through Crypto may have begun that succeeded after it.</summary>
    private static readonly TimeSpan Retries = TimeSpan.FromSeconds(1);

    /// <summary>From the fault to its end.</summary>
    private static readonly TimeSpan Outage = ClusterFixture.Staleness + TimeSpan.FromSeconds(3);

    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("STOP", "etcd-0", "etcd-1")]
    [InlineData("KILL", "etcd-1", "etcd-2")]
    [InlineData("KILL", "access-1", "access-2")]
    [InlineData("KILL", "keyring-1", "keyring-2")]
    public async Task Outage_LongerThanTheLimits_DataOperationsGoOnToThemAndStopAndGoOnByThemselvesAfterIt(string signal, params string[] names)
    {
        await using var load = await SteadyLoad.StartAsync(cluster);
        var before = await cluster.Administrator.KeysAsync(ClusterFixture.Rolling);

        // The next key is with every holder, and its time comes two seconds into the outage: well before the lease of 5 s is over.
        var next = await PendingAsync(TimeSpan.FromSeconds(2));
        var outcomes = new List<(DateTimeOffset Asked, ClusterAdministrator.Outcome Outcome)>();
        var start = TimeProvider.System.GetUtcNow();
        DateTimeOffset healed;
        await cluster.SignalAllAsync(signal, names);
        try
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    var asked = TimeProvider.System.GetUtcNow();
                    var (group, ring) = await cluster.Administrator.ActAsync(CallLimit);
                    outcomes.AddRange(names[0].StartsWith("keyring", StringComparison.Ordinal) ? [(asked, ring)] : [(asked, group), (asked, ring)]);
                    return asked > start + Outage;
                },
                "the outage has lasted long enough",
                40);
        }
        finally
        {
            healed = TimeProvider.System.GetUtcNow();
            await cluster.HealAsync(signal, names);
        }

        await load.MovesAsync(seconds: 60);
        TestContext.Current.TestOutputHelper?.WriteLine($"all works again {TimeProvider.System.GetUtcNow() - healed} after the end of the outage");
        await AdministrationGoesOnAsync();
        var again = TimeProvider.System.GetUtcNow();
        await Eventually.TrueAsync(
            async () => (await cluster.Administrator.KeysAsync(ClusterFixture.Rolling))[^1].CreateTime > healed, "a replica leads and rollover goes on", 30);
        TestContext.Current.TestOutputHelper?.WriteLine($"a key was made {TimeProvider.System.GetUtcNow() - healed} after the end of the outage");
        await load.EndAsync(load.LocalRolling, load.RemoteRolling, load.RemoteFresh);

        DemandUnavailable(outcomes, names, start);
        DemandStop(load.LocalRolling, start + ClusterFixture.Lease, healed, Reasons.LeaseEnded);
        DemandStop(load.RemoteRolling, start + ClusterFixture.Lease, healed, Reasons.LeaseEnded);
        DemandStop(load.RemoteFresh, start + ClusterFixture.Staleness, healed, Reasons.PolicyStale);
        KeySchedule.DemandOnTime(next, load.LocalRolling);
        KeySchedule.DemandOnTime(next, load.RemoteRolling);
        await DemandKeysAsync(load, before, start, again - start);
    }

    [Fact]
    public async Task Crypto_AllOfItKilled_OnlyWhatGoesThroughItStops()
    {
        string[] names = ["crypto-1", "crypto-2"];
        await using var load = await SteadyLoad.StartAsync(cluster);
        var before = await cluster.Administrator.KeysAsync(ClusterFixture.Rolling);
        var next = await PendingAsync(TimeSpan.FromSeconds(1));
        var start = TimeProvider.System.GetUtcNow();
        await cluster.SignalAllAsync("KILL", names);
        try
        {
            await AdministrationGoesOnAsync();
            await Eventually.TrueAsync(() => load.LocalRolling.Switches.Any(change => change.Key.ToString() == next.Id), "the next key is used");
            await Eventually.TrueAsync(
                () => Array.TrueForAll([load.RemoteSteady, load.RemoteRolling, load.RemoteFresh], line => line.Spells[^1].Failure?.Kind == ErrorKind.Unavailable),
                "what goes through Crypto stops");
        }
        finally
        {
            await cluster.HealAsync("KILL", names);
        }

        await load.MovesAsync();
        await load.EndAsync(load.RemoteSteady, load.RemoteRolling, load.RemoteFresh);
        KeySchedule.DemandOnTime(next, load.LocalRolling);
        await DemandKeysAsync(load, before, start, TimeSpan.Zero);
    }

    [Fact]
    public async Task KeyRing_AllOfItKilled_NewProcessesIdleRingsAndArchivedKeysNeedIt()
    {
        string[] names = ["keyring-1", "keyring-2"];
        await cluster.ReadyAsync();
        await using var holder = cluster.Client(ClusterFixture.Aged);
        await holder.ReadyAsync(TestContext.Current.CancellationToken);
        var ring = holder.Ring(ClusterFixture.Aged);
        var old = ring.Protect("old"u8, DkmContext.Empty);
        await cluster.RollAsync(ClusterFixture.Aged);
        await Eventually.TrueAsync(
            async () => (await cluster.Administrator.KeysAsync(ClusterFixture.Aged))[^2].State == Dkm.KeyRing.V1.Key.Types.State.Archived, "the first key is archived");

        // Its key set has the archived key no more, and it was not asked for.
        await using var later = cluster.Client(ClusterFixture.Aged);
        await later.ReadyAsync(TestContext.Current.CancellationToken);
        await cluster.SignalAllAsync("KILL", names);
        try
        {
            await using var newcomer = cluster.Client(ClusterFixture.Steady);
            await FailsAsync(() => newcomer.ReadyAsync(TestContext.Current.CancellationToken));
            await FailsAsync(async () => await newcomer.RemoteRing(ClusterFixture.Aged).ProtectAsync("idle"u8.ToArray(), DkmContext.Empty, CancellationToken.None));
            await FailsAsync(async () => await later.Ring(ClusterFixture.Aged).UnprotectAsync(old, DkmContext.Empty, CancellationToken.None));
            later.Ring(ClusterFixture.Aged).Protect("new"u8, DkmContext.Empty);
        }
        finally
        {
            await cluster.HealAsync("KILL", names);
        }

        await Eventually.TrueAsync(async () => await OpensAsync(later.Ring(ClusterFixture.Aged), old), "the archived key is there again");
    }

    private static async Task<bool> OpensAsync(Dkm.Client.IDkmRing ring, byte[] envelope)
    {
        try
        {
            return (await ring.UnprotectAsync(envelope, DkmContext.Empty, CancellationToken.None)).AsSpan().SequenceEqual("old"u8);
        }
        catch (DkmException failure) when (failure.Kind == ErrorKind.Unavailable)
        {
            return false;
        }
    }

    private static async Task FailsAsync(Func<Task> action) => Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<DkmException>(action)).Kind);

    /// <summary>Waits until a key is made whose time comes so soon, which is much later than it was published.</summary>
    private async Task<ClusterKey> PendingAsync(TimeSpan ahead)
    {
        ClusterKey? next = null;
        await Eventually.TrueAsync(
            async () =>
            {
                next = (await cluster.Administrator.KeysAsync(ClusterFixture.Rolling))[^1];
                var left = next.ActivateTime - TimeProvider.System.GetUtcNow();
                return left <= ahead && left > ahead - TimeSpan.FromSeconds(0.5);
            },
            "a key whose time is near",
            40);
        return next!;
    }

    private Task AdministrationGoesOnAsync() => Eventually.TrueAsync(
        async () =>
        {
            var (group, ring) = await cluster.Administrator.ActAsync(CallLimit);
            return group.Done && ring.Done;
        },
        "administration goes on");

    /// <summary>
    /// UNAVAILABLE within the deadline, from the first call on; with all of Access down, rings are administered by the policy that is there for as long as it may be relied on for that, 5 s.
    /// </summary>
    private static void DemandUnavailable(List<(DateTimeOffset Asked, ClusterAdministrator.Outcome Outcome)> outcomes, string[] names, DateTimeOffset start)
    {
        var told = string.Join('\n', outcomes.Select(one => $"{one.Asked - start} {one.Outcome}"));
        TestContext.Current.TestOutputHelper?.WriteLine($"{outcomes.Count} calls of the administrator, the longest {outcomes.Max(one => one.Outcome.Taken)}");
        var graced = names[0].StartsWith("access", StringComparison.Ordinal);
        Assert.True(outcomes.TrueForAll(one => one.Outcome.Failure?.Kind == ErrorKind.Unavailable || (one.Outcome.Done && graced && one.Asked < start + TimeSpan.FromSeconds(6))), told);
        Assert.True(outcomes.TrueForAll(one => one.Outcome.Taken < CallLimit + TimeSpan.FromSeconds(0.5)), told);
        Assert.Contains(outcomes, one => one.Outcome.Failure is not null);
    }

    /// <summary>It works to the limit, fails from the limit on for the limit's reason, and works again after the outage.</summary>
    private static void DemandStop(LoadLine line, DateTimeOffset limit, DateTimeOffset healed, string reason)
    {
        var spells = line.Spells;
        var failures = spells.Where(spell => spell.Failure is not null).ToList();
        Assert.True(failures.Count > 0, $"it never stopped, though {limit:HH:mm:ss.fff} was its limit: {line}");
        Assert.True(failures[0].First >= limit - Early, $"it stopped before its limit, {limit:HH:mm:ss.fff}: {line}");
        Assert.Equal(reason, failures[0].Failure!.Reason);
        Assert.True(
            spells.Where(spell => spell.Failure is null && spell.First < healed - Retries).All(spell => (spell.Last < healed ? spell.Last : spell.First) <= limit + Late),
            $"it went on beyond its limit, {limit:HH:mm:ss.fff}, and before {healed:HH:mm:ss.fff}: {line}");
        Assert.Null(spells[^1].Failure);
    }

    private async Task DemandKeysAsync(SteadyLoad load, IReadOnlyList<ClusterKey> before, DateTimeOffset start, TimeSpan away)
    {
        var keys = await cluster.Administrator.KeysAsync(ClusterFixture.Rolling);
        Assert.Equal(before.Select(key => key.Id), keys.Take(before.Count).Select(key => key.Id));

        // After a lost quorum etcd lets a lease begin anew, and the write after it may be put off once.
        KeySchedule.Demand(keys, start, away + KeySchedule.ElectionLimit + TimeSpan.FromSeconds(5));
        KeySchedule.DemandInTurn(keys, load.LocalRolling, each: false);
        KeySchedule.DemandInTurn(keys, load.RemoteRolling, each: false);
    }
}
