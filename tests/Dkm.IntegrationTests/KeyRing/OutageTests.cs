namespace Dkm.IntegrationTests.KeyRing;

using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Dkm.Testing.Services;
using Grpc.Core;
using Xunit;

/// <summary>Access is gone: nobody's lease is renewed and nothing is administered, but who holds keys keeps them.</summary>
public sealed class OutageTests(KeyRingFixture fixture) : IClassFixture<KeyRingFixture>
{
    [Fact]
    public async Task AccessStopped_NoLeaseIsGrantedOrRenewedAndNothingIsTakenAway()
    {
        var group = await fixture.NewGroupAsync(KeyRingFixture.Worker);
        var ring = await fixture.NewRingAsync(group, Permission.Hold);
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        await holder.SetAsync(ring.Name);
        await Eventually.TrueAsync(() => holder.Renewals > 0, "a heartbeat that renews");

        await fixture.Access.StopAsync();
        var (renewals, heartbeats) = (0, 0);
        await Eventually.TrueAsync(
            () =>
            {
                // Two heartbeats in a row that renew nothing.
                var stale = holder.Renewals == renewals && holder.Heartbeats >= heartbeats + 2;
                (renewals, heartbeats) = stale || holder.Renewals == renewals ? (renewals, heartbeats) : (holder.Renewals, holder.Heartbeats);
                return stale;
            },
            "heartbeats that renew nothing");

        Assert.True(holder.Sets.ContainsKey(ring.Name));
        await using var newcomer = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: true, ring.Name);
        Assert.False((await newcomer.SetAsync(ring.Name)).GrantsLease);

        // Five seconds after its last confirmation the policy is too old to administer by.
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await fixture.Admins.RolloverKeyRingAsync(new() { Name = ring.Name }, cancellationToken: KeyRingFixture.Token);
                    return false;
                }
                catch (RpcException refused)
                {
                    Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
                    return true;
                }
            },
            "administration refused");
        await RpcAssert.FailsAsync(StatusCode.Unavailable, Reasons.PolicyStale, fixture.Admins.CreateKeyRingAsync(new() { KeyRing = fixture.Ring(null) }, cancellationToken: KeyRingFixture.Token));
        fixture.KeyRing.ErrorsExpected = true;
    }
}
