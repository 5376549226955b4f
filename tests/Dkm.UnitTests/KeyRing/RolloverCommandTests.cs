namespace Dkm.UnitTests.KeyRing;

using System;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Dkm.KeyRing.V1;
using Xunit;

public sealed class RolloverCommandTests
{
    private static readonly SpiffeId Admin = SpiffeId.Parse("spiffe://dkm.test/human/ada");

    [Fact]
    public async Task RunAsync_OnePendingAndEachTimeAnotherRequestId_WritesNothing()
    {
        await using var rings = await StoredRings.OpenAsync();
        await rings.AddAsync("ring");
        var command = Command(rings);
        var first = await RollAsync(command, Guid.NewGuid().ToString());
        var before = rings.Catalog.Find("ring");

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(first, await RollAsync(command, Guid.NewGuid().ToString()));
        }

        Assert.Same(before, rings.Catalog.Find("ring"));
        Assert.Single(rings.Catalog.Content.Requests);
    }

    [Fact]
    public async Task CommitAsync_DecidedTooLongAgo_IsNotSentAndAskedAgainItIs()
    {
        await using var rings = await StoredRings.OpenAsync();
        var view = await rings.AddAsync("ring");
        var last = RollingRing.Timing.LastSend(rings.Time);
        var now = rings.Time.GetUtcNow();
        var change = await rings.Repository.PrepareAsync(view, view.Ring, RollNowRule.WithLead(view.Times(RollingRing.Timing), now), now, StoredRings.Token);

        rings.Time.Advance(Lead.Effective(RingPolicy.Default, RollingRing.Timing));
        var thrown = await Assert.ThrowsAsync<DkmException>(() => rings.Repository.CommitAsync(change, note: null, last, StoredRings.Token));

        Assert.Equal(Reasons.LostRace, thrown.Reason);
        Assert.Equal(1, rings.KeysOf("ring"));

        now = rings.Time.GetUtcNow();
        last = RollingRing.Timing.LastSend(rings.Time);
        change = await rings.Repository.PrepareAsync(view, view.Ring, RollNowRule.WithLead(view.Times(RollingRing.Timing), now), now, StoredRings.Token);
        await rings.Repository.CommitAsync(change, note: null, last, StoredRings.Token);
        Assert.Equal(2, rings.KeysOf("ring"));
    }

    private static RolloverCommand Command(StoredRings rings)
    {
        rings.Membership.SetAdministrators(Admin.ToString());
        var access = new RingAccess(rings.Catalog, rings.Store, rings.Membership, new LimitOptions(), rings.Time);
        return new(rings.Catalog, rings.Repository, access, RollingRing.Timing, rings.Time);
    }

    private static async Task<KeyId> RollAsync(RolloverCommand command, string requestId)
    {
        var caller = new Caller(Admin, MethodTable.Find("/dkm.keyring.v1.KeyRingService/RolloverKeyRing")!);
        return (await command.RunAsync(caller, new RolloverKeyRingRequest { Name = "ring", RequestId = requestId }, StoredRings.Token)).Key.Id;
    }
}
