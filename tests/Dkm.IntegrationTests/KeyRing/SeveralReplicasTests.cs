namespace Dkm.IntegrationTests.KeyRing;

using System;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Xunit;

/// <summary>What replicas tell each other under their leases: their holders, and what time it is. Has servers of its own, since it stops some of them.</summary>
public sealed class SeveralReplicasTests(KeyRingFixture fixture) : IClassFixture<KeyRingFixture>
{
    [Fact]
    public async Task GetKeyRingStatus_OnAnyReplica_CountsTheHoldersOfAllAndNamesWhoIsBehind()
    {
        var ring = await fixture.NewRingAsync(await fixture.NewGroupAsync(KeyRingFixture.Worker, "/ns/mail/sa/other"), Permission.Hold);
        await using var second = await fixture.StartKeyRingAsync();
        await using var here = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        await using var passing = await TestHolder.OpenAsync(fixture.KeySets("/ns/mail/sa/other", second), transient: true, ring.Name);
        await passing.SetAsync(ring.Name);
        await here.AcknowledgeAsync(ring.Name, (await here.SetAsync(ring.Name)).Revision);
        await using (var there = await TestHolder.OpenAsync(fixture.KeySets("/ns/mail/sa/other", second), transient: false, ring.Name))
        {
            var revision = (await there.SetAsync(ring.Name)).Revision;
            await KnownAsync(ring.Name, "held by 1 of 2", second, current: 1, behind: "/ns/mail/sa/other");
            await there.AcknowledgeAsync(ring.Name, revision);
            await KnownAsync(ring.Name, "held by 2 of 2", second, current: 2, behind: null);
        }

        await Eventually.TrueAsync(async () => await StatusAsync(fixture.Admins, ring.Name) is { Holders.Count: 1 }, "the one that is gone is not counted");
    }

    [Fact]
    public async Task DisableKey_HeldByOneOnEachReplica_BothCount()
    {
        var ring = await fixture.NewRingAsync(await fixture.NewGroupAsync(KeyRingFixture.Worker), Permission.Hold);
        await using var second = await fixture.StartKeyRingAsync();
        await using var here = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        await using var there = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker, second), transient: false, ring.Name);
        await Task.WhenAll(here.SetAsync(ring.Name), there.SetAsync(ring.Name));
        await Eventually.TrueAsync(async () => (await StatusAsync(fixture.Admins, ring.Name)).Holders.Count == 2, "both holders are known");

        await RpcAssert.FailsAsync(
            StatusCode.FailedPrecondition,
            Reasons.ConfirmHolders,
            fixture.Admins.DisableKeyAsync(new() { KeyRing = ring.Name, Id = ring.PrimaryKeyId }, cancellationToken: KeyRingFixture.Token));
    }

    [Fact]
    public async Task DestroyKey_ItsTimeHasComeByTwoClocks_TheMaterialIsGoneAndATombstoneStays()
    {
        await using var second = await fixture.StartKeyRingAsync();
        var (ring, key) = await ScheduledAsync(TimeSpan.FromSeconds(1));

        await Eventually.TrueAsync(async () => (await KeyAsync(ring, key)).State == Key.Types.State.Destroyed, "the key is destroyed");

        var destroyed = await KeyAsync(ring, key);
        Assert.True(destroyed.StateTime >= destroyed.DestroyTime);
        Assert.Equal("end of retention", destroyed.StateReason);
        await Eventually.TrueAsync(
            async () => (await fixture.Rings(KeyRingFixture.Admin, second).GetKeyAsync(new() { KeyRing = ring, Id = key }, cancellationToken: KeyRingFixture.Token)).State == Key.Types.State.Destroyed,
            "the other replica knows");
        await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.KeyState, fixture.Admins.RestoreKeyAsync(new() { KeyRing = ring, Id = key }, cancellationToken: KeyRingFixture.Token));
        var answer = await fixture.KeySets(KeyRingFixture.Crypto).ResolveKeyAsync(
            new() { KeyId = ByteString.CopyFrom(KeyId.TryParse(key, out var id) ? id.Value.ToByteArray() : []) }, cancellationToken: KeyRingFixture.Token);
        Assert.Equal((Key.Types.State.Destroyed, 0), (answer.Key.State, answer.Key.Material.Length));
    }

    [Fact]
    public async Task DestroyKey_TheOtherReplicasClockIsBehind_WaitsAndIsDestroyedWhenThatReplicaIsGone()
    {
        var behind = await fixture.StartKeyRingAsync(clock: new ShiftedClock(TimeSpan.FromSeconds(-30)));
        try
        {
            var (ring, key) = await ScheduledAsync(TimeSpan.FromSeconds(1));
            await Eventually.TrueAsync(
                () => fixture.KeyRing.Log.Lines.Any(line => line.Contains(key, StringComparison.Ordinal) && line.Contains("ClocksDisagree", StringComparison.Ordinal)),
                "the leader finds its time come and the other clock behind");

            Assert.Equal(Key.Types.State.DestroyScheduled, (await KeyAsync(ring, key)).State);
            await behind.DisposeAsync();
            await Eventually.TrueAsync(async () => (await KeyAsync(ring, key)).State == Key.Types.State.Destroyed, "the key is destroyed by the only clock left");
        }
        finally
        {
            await behind.DisposeAsync();
        }
    }

    [Fact]
    public async Task RestoreKey_BeforeItsTime_IsNotDestroyed()
    {
        var (ring, key) = await ScheduledAsync(TimeSpan.FromSeconds(3));
        await fixture.Admins.RestoreKeyAsync(new() { KeyRing = ring, Id = key }, cancellationToken: KeyRingFixture.Token);

        // Scheduled later and for as long, so due later: when this one is destroyed, the loop has met the time of the other.
        var (later, destroyed) = await ScheduledAsync(TimeSpan.FromSeconds(3));
        await Eventually.TrueAsync(async () => (await KeyAsync(later, destroyed)).State == Key.Types.State.Destroyed, "a key that was not restored is destroyed");
        Assert.Equal(Key.Types.State.Active, (await KeyAsync(ring, key)).State);
    }

    private async Task KnownAsync(string ring, string what, RunningService second, int current, string? behind)
    {
        foreach (var replica in new[] { fixture.KeyRing, second })
        {
            var rings = fixture.Rings(KeyRingFixture.Admin, replica);
            KeyRingStatus? status = null;
            await Eventually.TrueAsync(async () => (status = await StatusAsync(rings, ring)) is { Holders.Count: 2 } && status.CurrentHolderCount == current, what);
            Assert.Equal(behind is null ? null : TestPki.Id(behind), status!.Holders.SingleOrDefault(holder => holder.AcknowledgedRevision < status.Revision)?.Identity);
            Assert.Equal(2, status.Holders.Select(holder => holder.Replica).Distinct().Count());
            Assert.Empty(status.HoldersMissing);
        }
    }

    private static async Task<KeyRingStatus> StatusAsync(KeyRingService.KeyRingServiceClient rings, string ring) =>
        await rings.GetKeyRingStatusAsync(new() { Name = ring }, cancellationToken: KeyRingFixture.Token);

    private async Task<Key> KeyAsync(string ring, string key) =>
        await fixture.Admins.GetKeyAsync(new() { KeyRing = ring, Id = key }, cancellationToken: KeyRingFixture.Token);

    private async Task<(string Ring, string Key)> ScheduledAsync(TimeSpan delay)
    {
        var wanted = fixture.Ring(null);
        wanted.Policy.DestroyDelay = delay.ToDuration();
        var ring = await fixture.Admins.CreateKeyRingAsync(new() { KeyRing = wanted }, cancellationToken: KeyRingFixture.Token);
        await fixture.Admins.RolloverKeyRingAsync(new() { Name = ring.Name, Immediate = true }, cancellationToken: KeyRingFixture.Token);
        await fixture.Admins.DestroyKeyAsync(new() { KeyRing = ring.Name, Id = ring.PrimaryKeyId, Reason = "end of retention" }, cancellationToken: KeyRingFixture.Token);
        return (ring.Name, ring.PrimaryKeyId);
    }

    private sealed class ShiftedClock(TimeSpan shift) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + shift;
    }
}
