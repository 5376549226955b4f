namespace Dkm.IntegrationTests.Held;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.IntegrationTests.Cluster;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Xunit;

/// <summary>
/// A hundred rings that roll over every eight seconds, for two minutes, under a load on all of them that is light enough to run beside other tests.
/// </summary>
[Collection(HeldCollection.Name)]
public sealed class RollingRingsTests(ClusterFixture cluster)
{
    private const int Rings = 100;

    /// <summary>So much later than due a key is made and still gets its slot.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(0.125);

    /// <summary>
    /// Made later than that, on a machine that is busy with other tests, and the slots of that ring shift by what
    /// is missing, since a key is published no shorter before its time. So the whole of a run may be behind, by this much and no more; ahead of the schedule nothing ever is.
    /// </summary>
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan KeyLease = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ActivationLead = TimeSpan.FromSeconds(2);

    // What Development=true has: DESIGN section 5, max(activation_lead, key_lease + MaxSkew + MaxRefresh), with the skew twice, for the clocks of both.
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Lead = KeyLease + (2 * Skew) + TimeSpan.FromSeconds(1);

    private readonly string[] names = [.. Enumerable.Range(0, Rings).Select(i => string.Create(CultureInfo.InvariantCulture, $"rolling/ring-{i:d3}"))];

    [Fact]
    public async Task HundredRings_RollingUnderLoad_NothingFailsAndEveryKeyIsInItsPlace()
    {
        var admins = new KeyRingService.KeyRingServiceClient(cluster.Channel("keyring-1"));
        foreach (var name in names)
        {
            await admins.CreateKeyRingAsync(new() { KeyRing = Ring(name) }, cancellationToken: TestContext.Current.CancellationToken);
        }

        await RollAsync();
        await SlowDownAsync(admins);
    }

    private async Task RollAsync()
    {
        await using var load = await RingLoad.StartAsync(cluster, names);
        var end = TimeProvider.System.GetUtcNow() + Length;
        await Eventually.TrueAsync(() => TimeProvider.System.GetUtcNow() >= end || load.Failures.Count > 0, "the time is over, or something failed", (int)Length.TotalSeconds + 10, TimeSpan.FromSeconds(1));
        var met = await load.EndAsync();

        var keys = await ListAsync("keyring-1");
        var drift = keys.Values.Max(ring => Check(ring));
        var times = keys.Values.SelectMany(ring => ring.Keys).ToDictionary(key => key.Id, key => key.ActivateTime.ToDateTimeOffset(), StringComparer.Ordinal);
        Assert.All(met, loop => CheckOrder(loop, times));
        await CompareAsync();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{load.Operations} operations, {load.Envelopes} envelopes, {times.Count} keys, {met.Sum(loop => loop.Select(use => use.Key).Distinct().Count())} met, slots up to {drift.TotalMilliseconds:f0} ms late");
    }

    /// <summary>Rings are not deleted: for the tests after this one they come to rest.</summary>
    private async Task SlowDownAsync(KeyRingService.KeyRingServiceClient admins)
    {
        foreach (var name in names)
        {
            await Eventually.TrueAsync(() => IsSlowedDownAsync(admins, name), $"{name} rolls once a day");
        }
    }

    /// <summary>No, if the leader has changed it meanwhile.</summary>
    private static async Task<bool> IsSlowedDownAsync(KeyRingService.KeyRingServiceClient admins, string name)
    {
        var ring = await admins.GetKeyRingAsync(new() { Name = name }, cancellationToken: TestContext.Current.CancellationToken);
        ring.Policy.RolloverPeriod = TimeSpan.FromDays(1).ToDuration();
        try
        {
            await admins.UpdateKeyRingAsync(
                new() { KeyRing = ring, UpdateMask = FieldMask.FromString("policy.rollover_period") }, cancellationToken: TestContext.Current.CancellationToken);
            return true;
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Aborted)
        {
            return false;
        }
    }

    private static KeyRing Ring(string name) => new()
    {
        Name = name,
        Policy = new KeyRingPolicy
        {
            RolloverPeriod = Period.ToDuration(),
            ActivationLead = ActivationLead.ToDuration(),
            KeyLease = KeyLease.ToDuration(),
        },
        Bindings = { new Binding { Group = "workers", Permissions = { Permission.Hold } } },
    };

    /// <summary>Answers by how much the ring's slots have shifted.</summary>
    private static TimeSpan Check(Listed ring)
    {
        var (asked, answered, keys) = ring;
        var times = keys.Select(key => key.ActivateTime.ToDateTimeOffset()).ToList();
        var schedule = new RollingSchedule(times[0], Period, Lead, ArchiveAfter: 3, Settling: 2 * Skew);
        Assert.InRange(keys.Count, schedule.Keys(asked - Behind), schedule.Keys(answered));
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.Second - pair.First >= Period, $"{keys[0].KeyRing}: {pair.First:O} and {pair.Second:O} are less than a period apart"));
        Assert.All(keys, key => Assert.True(key.ActivateTime.ToDateTimeOffset() - key.CreateTime.ToDateTimeOffset() >= Lead - Tolerance || key.Id == keys[0].Id, $"{key.Id} was published too late"));

        // The oldest, without a gap; a step that is due at this moment may not be taken yet.
        var archived = keys.Count(key => key.State == Key.Types.State.Archived);
        Assert.InRange(archived, schedule.Archived(asked - Behind), schedule.Archived(answered));
        Assert.All(keys.Take(archived), key => Assert.Equal(Key.Types.State.Archived, key.State));
        Assert.All(keys.Skip(archived), key => Assert.True(
            key.State == (key.ActivateTime.ToDateTimeOffset() > answered ? Key.Types.State.Pending : Key.Types.State.Active) || key.ActivateTime.ToDateTimeOffset() > asked, $"{key}"));
        Assert.InRange(Assert.Single(keys, key => key.Primary).ActivateTime.ToDateTimeOffset(), times.Last(time => time <= asked), times.Last(time => time <= answered));
        return times[^1] - times[0] - (Period * (times.Count - 1));
    }

    /// <summary>Nobody seals with a key that is older than one that the same loop has sealed with.</summary>
    private static void CheckOrder(IReadOnlyList<(string Ring, KeyId Key)> met, Dictionary<string, DateTimeOffset> times)
    {
        var newest = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var (ring, key) in met)
        {
            Assert.True(times.TryGetValue(key.ToString(), out var time), $"{ring}: key {key} is not listed");
            Assert.True(!newest.TryGetValue(ring, out var before) || time >= before, $"{ring}: the primary went back from {before:O} to {time:O}");
            newest[ring] = time;
        }
    }

    /// <summary>The other replica says the same, but for a key that was made between the two answers.</summary>
    private async Task CompareAsync()
    {
        var (first, second) = (await ListAsync("keyring-1"), await ListAsync("keyring-2"));
        Assert.All(names, name => Assert.Subset(
            second[name].Keys.Select(key => (key.Id, key.ActivateTime)).ToHashSet(), first[name].Keys.Select(key => (key.Id, key.ActivateTime)).ToHashSet()));
    }

    private async Task<Dictionary<string, Listed>> ListAsync(string replica)
    {
        var client = new KeyRingService.KeyRingServiceClient(cluster.Channel(replica));
        var all = new Dictionary<string, Listed>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var asked = TimeProvider.System.GetUtcNow();
            var page = await client.ListKeysAsync(new() { KeyRing = name, PageSize = 1000 }, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Empty(page.NextPageToken);
            all[name] = new Listed(asked, TimeProvider.System.GetUtcNow(), [.. page.Keys.OrderBy(key => key.ActivateTime)]);
        }

        return all;
    }

    private sealed record Listed(DateTimeOffset Asked, DateTimeOffset Answered, IReadOnlyList<Key> Keys);
}
