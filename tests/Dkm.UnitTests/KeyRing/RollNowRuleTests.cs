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
    private static readonly TimeSpan Wait = FullLead / 8;
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
        var later = Now + Wait;

        var fresh = Assert.Single(ring.Take(RollNowRule.AfterRemoval(ring.Times, later), later));

        Assert.True(fresh.ActivateTime > pending.ActivateTime);
        Assert.True(fresh.ActivateTime >= later + FullLead);
        Assert.Equal(StoredKeyState.Enabled, ring.Keys.Single(key => key.Id == pending.Id).Stored);
    }

    [Fact]
    public void AfterRemoval_RolledAMomentAgo_AKeyIsOwedUntilAnEighthOfTheLeadIsOver()
    {
        var ring = new RollingRing(Policy);
        ring.Take(RollNowRule.WithLead(ring.Times, Now), Now);
        var later = Now + TimeSpan.FromSeconds(1);

        Assert.Empty(ring.Take(RollNowRule.AfterRemoval(ring.Times, later), later));

        Assert.True(ring.OwesKey);
        Assert.Equal(Now + Wait, RolloverRule.NextTime(ring.Times, later));
        Assert.Empty(ring.Tick(Now + Wait - TimeSpan.FromTicks(1)));
        Assert.Equal(Now + Wait + FullLead, Assert.Single(ring.Tick(Now + Wait)).ActivateTime);
        Assert.False(ring.OwesKey);
        Assert.Empty(ring.Tick(Now + Wait + TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void AfterRemoval_OwedAlready_Nothing()
    {
        var ring = new RollingRing(Policy);
        ring.Take(RollNowRule.WithLead(ring.Times, Now), Now);
        ring.Take(RollNowRule.AfterRemoval(ring.Times, Now), Now);

        Assert.True(RollNowRule.AfterRemoval(ring.Times, Now + TimeSpan.FromSeconds(1)).IsNothing);
    }

    [Fact]
    public void AfterRemoval_OwedAndRolledAtOnce_ThatIsTheAnswer()
    {
        var ring = new RollingRing(Policy);
        ring.Take(RollNowRule.WithLead(ring.Times, Now), Now);
        ring.Take(RollNowRule.AfterRemoval(ring.Times, Now), Now);
        var later = Now + TimeSpan.FromSeconds(1);

        ring.Take(RollNowRule.AtOnce(ring.Times, later), later);

        Assert.Empty(ring.Tick(Now + Wait));
    }

    [Fact]
    public void AfterRemoval_HundredsOneByOne_FewArePendingAndNobodyKnowsAPrimaryForMuchLongerThanTheLead()
    {
        var ring = new RollingRing(Policy);
        var removals = Enumerable.Range(0, 600).Select(i => Now + TimeSpan.FromMinutes(5 * i)).ToList();
        foreach (var now in removals)
        {
            ring.Tick(now);
            ring.Take(RollNowRule.AfterRemoval(ring.Times, now), now);
            Assert.InRange(ring.Times.Pending(now).Count(), 1, 9);
        }

        for (var now = removals[^1]; ring.OwesKey;)
        {
            ring.Tick(now = RolloverRule.NextTime(ring.Times, now));
        }

        Assert.All(
            removals,
            removed => Assert.True(ring.Keys.Where(key => key.ActivateTime <= removed + FullLead + Wait + TimeSpan.FromMinutes(5)).MaxBy(key => key.ActivateTime)!.CreateTime >= removed));
    }
}
