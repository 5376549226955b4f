namespace Dkm.UnitTests.KeyRing;

using System;
using System.Linq;
using Dkm.Core.Keys;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Xunit;

public sealed class RollNowRuleTests
{
    private static readonly RingPolicy Policy = RingPolicy.Default;
    private static readonly TimeSpan FullLead = Lead.Effective(Policy, RollingRing.Timing);
    private static readonly DateTimeOffset Now = RollingRing.Start + TimeSpan.FromDays(1);

    [Fact]
    public void WithLead_NothingPending_KeyAfterTheEffectiveLead()
    {
        var ring = new RollingRing(Policy);

        Assert.Equal(Now + FullLead, Assert.Single(ring.Take(RollNowRule.WithLead(ring.Times, Now), Now)).ActivateTime);
    }

    [Fact]
    public void WithLead_OneIsPending_Nothing()
    {
        var ring = new RollingRing(Policy);
        ring.Take(RollNowRule.WithLead(ring.Times, Now), Now);

        Assert.True(RollNowRule.WithLead(ring.Times, Now + TimeSpan.FromHours(1)).IsNothing);
    }

    [Fact]
    public void AtOnce_NothingPending_OneKeyActiveNow()
    {
        var ring = new RollingRing(Policy);

        var key = Assert.Single(ring.Take(RollNowRule.AtOnce(ring.Times, Now), Now));

        Assert.Equal(Now, key.ActivateTime);
        Assert.Equal(key.Id, ring.Primary(Now)!.Id);
        Assert.Equal(StoredKeyState.Enabled, ring.Keys[0].Stored);
    }

    [Fact]
    public void AtOnce_TwiceInOneMoment_SecondIsPrimary()
    {
        var ring = new RollingRing(Policy);
        ring.Take(RollNowRule.AtOnce(ring.Times, Now), Now);

        var second = ring.Take(RollNowRule.AtOnce(ring.Times, Now), Now)[0];

        Assert.Equal(second.Id, ring.Primary(Now + RingTimes.Tick)!.Id);
    }

    [Fact]
    public void AtOnce_OneIsPending_ItIsArchivedAndItsTimeGetsAFreshKey()
    {
        var ring = new RollingRing(Policy);
        var pending = ring.Take(RollNowRule.WithLead(ring.Times, Now), Now)[0];
        var later = Now + TimeSpan.FromHours(1);

        var made = ring.Take(RollNowRule.AtOnce(ring.Times, later), later);

        Assert.Equal([later, pending.ActivateTime + RingTimes.Tick], made.Select(key => key.ActivateTime));
        Assert.Equal(StoredKeyState.Archived, ring.Keys.Single(key => key.Id == pending.Id).Stored);
    }

    [Fact]
    public void AtOnce_HolderThatWasCutOffUsedThePendingKey_HasAPrimaryWhenItIsBack()
    {
        var ring = new RollingRing(Policy);
        var pending = ring.Take(RollNowRule.WithLead(ring.Times, Now), Now)[0];
        var later = Now + TimeSpan.FromHours(1);
        ring.Take(RollNowRule.AtOnce(ring.Times, later), later);

        var back = pending.ActivateTime + TimeSpan.FromMinutes(1);

        Assert.NotNull(PrimaryRule.Choose(ring.Keys, back, newestPrimarySeen: pending));
    }

    [Fact]
    public void TooOften_RolledAtOnceAgainAndAgain_UntilTheLeadIsOver()
    {
        var ring = new RollingRing(Policy);
        var first = Now + FullLead;
        for (var i = 0; i < RollNowRule.MaximumYoungKeys; i++)
        {
            var now = first + TimeSpan.FromSeconds(i);
            Assert.False(RollNowRule.TooOften(ring.Times, now));
            ring.Take(RollNowRule.AtOnce(ring.Times, now), now);
        }

        Assert.True(RollNowRule.TooOften(ring.Times, first + FullLead - TimeSpan.FromTicks(1)));
        Assert.False(RollNowRule.TooOften(ring.Times, first + FullLead));
    }

    [Fact]
    public void AfterRemoval_OneIsPending_FreshKeyFollowsItAndItKeepsItsSlot()
    {
        var ring = new RollingRing(Policy);
        var pending = ring.Take(RollNowRule.WithLead(ring.Times, Now), Now)[0];

        var fresh = Assert.Single(ring.Take(RollNowRule.AfterRemoval(ring.Times, Now), Now));

        Assert.True(fresh.ActivateTime > pending.ActivateTime);
        Assert.True(fresh.ActivateTime >= Now + FullLead);
        Assert.Equal(StoredKeyState.Enabled, ring.Keys.Single(key => key.Id == pending.Id).Stored);
    }

    [Fact]
    public void WaitsForMore_RolledAMomentAgo_UntilAnEighthOfTheLeadIsOver()
    {
        var ring = new RollingRing(Policy);
        Assert.False(RollNowRule.WaitsForMore(ring.Times, Now));
        ring.Take(RollNowRule.AfterRemoval(ring.Times, Now), Now);

        Assert.True(RollNowRule.WaitsForMore(ring.Times, Now + (FullLead / 8) - TimeSpan.FromTicks(1)));
        Assert.False(RollNowRule.WaitsForMore(ring.Times, Now + (FullLead / 8)));
    }
}
