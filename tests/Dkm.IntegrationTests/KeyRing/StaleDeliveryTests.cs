namespace Dkm.IntegrationTests.KeyRing;

using System;
using System.Threading.Tasks;
using Dkm.KeyRing;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Google.Protobuf.WellKnownTypes;
using Xunit;

/// <summary>A policy that is too old for one ring and young enough to renew leases.</summary>
public sealed class StaleDeliveryTests : IAsyncLifetime
{
    private readonly KeyRingFixture fixture = new()
    {
        AccessClock = new ClockBehind(TimeSpan.FromSeconds(2)),
        Installation = InstallationOptions.ForDevelopment with { MaxSkew = TimeSpan.FromSeconds(3), MaxRefresh = TimeSpan.FromSeconds(8) },
    };

    public ValueTask InitializeAsync() => fixture.InitializeAsync();

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    [Fact]
    public async Task Heartbeat_NewestOfAHeldRingCouldNotBeDelivered_RenewsNothing()
    {
        var ring = await fixture.NewRingAsync(await fixture.NewGroupAsync(KeyRingFixture.Worker), Permission.Hold);
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        var before = await holder.SetAsync(ring.Name);
        await Eventually.TrueAsync(() => holder.Renewals > 0, "a heartbeat that renews");

        ring.Policy.PolicyStaleness = TimeSpan.FromSeconds(1).ToDuration();
        await fixture.Admins.UpdateKeyRingAsync(
            new() { KeyRing = ring, UpdateMask = FieldMask.FromString("policy.policy_staleness") }, cancellationToken: KeyRingFixture.Token);
        await BeatsAsync(holder, 1);
        var renewals = holder.Renewals;
        await BeatsAsync(holder, 3);

        Assert.Equal((before.Revision, renewals), (holder.Sets[ring.Name].Revision, holder.Renewals));
    }

    private static async Task BeatsAsync(TestHolder holder, int count)
    {
        var wanted = holder.Heartbeats + count;
        await Eventually.TrueAsync(() => holder.Heartbeats >= wanted, "heartbeats");
    }

    private sealed class ClockBehind(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - by;
    }
}
