namespace Dkm.UnitTests.Client;

using System;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Core;
using Dkm.Testing.Client;
using Xunit;

/// <summary>How long a holder that is cut off goes on.</summary>
public sealed class LeaseTests
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    [Fact]
    public async Task Protect_LeaseOverByTheBootTimeClockAlone_IsLeaseEnded()
    {
        await using var fixture = await HoldAsync();
        fixture.Inner.KeyRing.Down = new DkmException(ErrorKind.Unavailable, Reasons.NotConnected, "down");
        fixture.Time.Advance(Day - TimeSpan.FromTicks(1));
        fixture.Time.SetWall(HolderFixture.Start);
        fixture.Local.Protect([], DkmContext.Empty);

        fixture.Time.Advance(TimeSpan.FromTicks(1));

        AssertEnded(fixture.Local);
    }

    [Fact]
    public async Task Protect_LeaseOverByTheWallClockAlone_IsLeaseEnded()
    {
        await using var fixture = await HoldAsync();
        fixture.Time.SetWall(HolderFixture.Start + Day - TimeSpan.FromTicks(1));
        fixture.Local.Protect([], DkmContext.Empty);

        fixture.Time.SetWall(HolderFixture.Start + Day);

        AssertEnded(fixture.Local);
    }

    [Fact]
    public async Task Unprotect_LeaseOver_IsLeaseEnded()
    {
        await using var fixture = await HoldAsync();
        var envelope = fixture.Local.Protect([], DkmContext.Empty);
        fixture.Time.SetWall(HolderFixture.Start + Day);

        var refused = Assert.Throws<DkmException>(() => fixture.Local.Unprotect(envelope, DkmContext.Empty));
        Assert.Equal((ErrorKind.Unavailable, Reasons.LeaseEnded), (refused.Kind, refused.Reason));
    }

    [Fact]
    public async Task Heartbeat_ThatRenews_MovesTheEnd()
    {
        await using var fixture = await HoldAsync();
        fixture.Time.SetWall(HolderFixture.Start.AddHours(20));
        fixture.Inner.KeyRing.Beat();
        await fixture.Inner.SettleAsync();
        fixture.Time.SetWall(HolderFixture.Start.AddHours(43));

        fixture.Local.Protect([], DkmContext.Empty);
        Assert.Equal(HolderFixture.Start.AddHours(44), fixture.Inner.Holder.Find(HolderFixture.Mail)!.LeaseEnd);
    }

    [Fact]
    public async Task Heartbeat_OfAKeyRingWithStalePolicy_RenewsNothing()
    {
        await using var fixture = await HoldAsync();
        fixture.Time.SetWall(HolderFixture.Start.AddHours(20));
        fixture.Inner.KeyRing.Beat(renews: false);
        await fixture.Inner.SettleAsync();
        fixture.Time.SetWall(HolderFixture.Start.AddHours(24));

        AssertEnded(fixture.Local);
    }

    [Fact]
    public async Task Heartbeat_ThatLayAboutForHours_RenewsFromItsTimeOfSending()
    {
        await using var fixture = await HoldAsync();
        fixture.Time.SetWall(HolderFixture.Start.AddHours(20));
        fixture.Inner.KeyRing.Beat(sendTime: HolderFixture.Start.AddHours(1));
        await fixture.Inner.SettleAsync();
        fixture.Time.SetWall(HolderFixture.Start.AddHours(25));

        AssertEnded(fixture.Local);
    }

    [Fact]
    public async Task Heartbeat_OnAStreamThatDidNotDeliverTheRing_RenewsNothing()
    {
        await using var fixture = await HoldAsync();
        fixture.Inner.KeyRing.Rings[HolderFixture.Mail].Revision--;
        await fixture.ReconnectAsync();
        fixture.Time.SetWall(HolderFixture.Start.AddHours(20));
        fixture.Inner.KeyRing.Beat();
        await fixture.Inner.SettleAsync();
        fixture.Time.SetWall(HolderFixture.Start.AddHours(24).AddMinutes(1));

        AssertEnded(fixture.Local);
    }

    [Fact]
    public async Task KeySet_DeliveredAgainAfterTheLeaseEnded_GoesOn()
    {
        await using var fixture = await HoldAsync();
        fixture.Time.SetWall(HolderFixture.Start + Day);
        AssertEnded(fixture.Local);

        await fixture.ReconnectAsync();
        fixture.Local.Protect([], DkmContext.Empty);
    }

    [Fact]
    public async Task KeySet_ThatGrantsNoLease_CannotBeUsedUntilAHeartbeatDoes()
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing().GrantsLease = false;
        var local = await fixture.HoldAsync();
        var refused = Assert.Throws<DkmException>(() => local.Protect([], DkmContext.Empty));
        Assert.Equal((ErrorKind.Unavailable, Reasons.NotReady), (refused.Kind, refused.Reason));

        fixture.KeyRing.Beat();
        await fixture.SettleAsync();
        local.Protect([], DkmContext.Empty);
    }

    [Fact]
    public async Task ShorterLease_OfANewRevision_HoldsAtOnce()
    {
        await using var fixture = await HoldAsync();
        var ring = fixture.Inner.KeyRing.Rings[HolderFixture.Mail];
        ring.KeyLease = TimeSpan.FromMinutes(1);
        ring.Revision++;
        await fixture.Inner.PushAsync(ring);
        fixture.Time.SetWall(HolderFixture.Start.AddMinutes(1));

        AssertEnded(fixture.Local);
    }

    [Fact]
    public void BootClock_ReadTwice_GoesForwardInRealUnits()
    {
        var clock = BootClock.Instance;
        var before = clock.GetTimestamp();
        var wall = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(wall) < TimeSpan.FromMilliseconds(40))
        {
            Assert.True(clock.GetTimestamp() >= before);
        }

        Assert.InRange(clock.GetElapsedTime(before), TimeSpan.FromMilliseconds(15), TimeSpan.FromSeconds(20));
    }

    private static void AssertEnded(LocalRing ring)
    {
        var refused = Assert.Throws<DkmException>(() => ring.Protect([], DkmContext.Empty));
        Assert.Equal((ErrorKind.Unavailable, Reasons.LeaseEnded), (refused.Kind, refused.Reason));
    }

    private static async Task<Held> HoldAsync()
    {
        var fixture = new HolderFixture();
        fixture.AddRing();
        return new Held(fixture, await fixture.HoldAsync());
    }

    private sealed record Held(HolderFixture Inner, LocalRing Local) : IAsyncDisposable
    {
        public TwoClocks Time => Inner.Time;

        public async Task ReconnectAsync()
        {
            var before = Inner.KeyRing.Newest;
            before.End();
            await Soon.True(
                () =>
                {
                    // Steps, because the holder may not have begun its pause yet.
                    Time.Advance(TimeSpan.FromMilliseconds(20));
                    return Inner.KeyRing.Newest != before;
                },
                "a new stream");
            await Inner.SettleAsync();
        }

        public ValueTask DisposeAsync() => Inner.DisposeAsync();
    }
}
