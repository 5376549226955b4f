namespace Dkm.UnitTests.KeyRing;

using System;
using System.Linq;
using Dkm.Core.Keys;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Xunit;

public sealed class RolloverRuleTests
{
    private static readonly RingPolicy Daily = RingPolicy.Default with
    {
        RolloverPeriod = TimeSpan.FromDays(10),
        ActivationLead = TimeSpan.FromHours(1),
        KeyLease = TimeSpan.FromHours(24),
    };

    private static readonly TimeSpan DailyLead = TimeSpan.FromHours(24) + TimeSpan.FromSeconds(40);

    [Fact]
    public void Effective_LeaseLongerThanLead_IsLeaseAndTwiceTheSkewAndRefresh() =>
        Assert.Equal(DailyLead, Lead.Effective(Daily, RollingRing.Timing));

    [Fact]
    public void Effective_LeadLongerThanLease_IsTheLead() => Assert.Equal(
        TimeSpan.FromHours(30), Lead.Effective(Daily with { ActivationLead = TimeSpan.FromHours(30) }, RollingRing.Timing));

    [Fact]
    public void First_AnyClockWithinSkew_SeesItActive() =>
        Assert.NotNull(new RollingRing(Daily).Primary(RollingRing.Start - RollingRing.Timing.MaxSkew));

    [Fact]
    public void At_BeforeItsTime_DoesNothing()
    {
        var ring = new RollingRing(Daily);
        var due = RolloverRule.NextTime(ring.Times, RollingRing.Start);

        Assert.Equal(ring.Keys[0].ActivateTime + Daily.RolloverPeriod - DailyLead, due);
        Assert.True(RolloverRule.At(ring.Times, due - TimeSpan.FromTicks(1)).IsNothing);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(12_500)]
    public void At_DueOrALittleLate_KeyGetsItsSlot(int late)
    {
        var ring = new RollingRing(Daily);
        var now = RolloverRule.NextTime(ring.Times, RollingRing.Start) + TimeSpan.FromMilliseconds(late);

        var key = Assert.Single(ring.Tick(now));

        Assert.Equal(ring.Keys[0].ActivateTime + Daily.RolloverPeriod, key.ActivateTime);
        Assert.Empty(ring.Tick(now));
    }

    [Theory]
    [InlineData(13)]
    [InlineData(3600 * 20)]
    [InlineData(3600 * 24 * 365)]
    public void At_TooLate_OneKeyAfterAFullLead(int seconds)
    {
        var ring = new RollingRing(Daily);
        var now = RolloverRule.NextTime(ring.Times, RollingRing.Start) + TimeSpan.FromSeconds(seconds);

        var key = Assert.Single(ring.Tick(now));

        Assert.Equal(now + DailyLead, key.ActivateTime);
        Assert.Empty(ring.Tick(now));
        Assert.Empty(ring.Tick(key.ActivateTime - TimeSpan.FromTicks(1)));
    }

    [Fact]
    public void At_WithAKeyPending_MakesNoSecondOne()
    {
        var ring = new RollingRing(Daily);
        var now = RolloverRule.NextTime(ring.Times, RollingRing.Start);
        ring.Tick(now);

        for (var hours = 0; hours < 24; hours++)
        {
            Assert.Empty(ring.Tick(now + TimeSpan.FromHours(hours)));
        }
    }

    [Fact]
    public void At_LeaseShortenedMeanwhile_NextKeyWaitsForTheOldLeases()
    {
        var ring = new RollingRing(Daily with { RolloverPeriod = TimeSpan.FromHours(25) });
        var now = RollingRing.Start;
        ring.Change(ring.Policy with { KeyLease = TimeSpan.FromMinutes(1), ActivationLead = TimeSpan.FromMinutes(1) }, now);
        var oldLeasesEnd = now + DailyLead;

        var key = Assert.Single(ring.Take(RollNowRule.WithLead(ring.Times, now), now));

        Assert.Equal(oldLeasesEnd, key.ActivateTime);
    }

    [Fact]
    public void LeasesEndAfter_LeaseLengthened_NothingIsRemembered() => Assert.Equal(
        default, Lead.LeasesEndAfter(default, Daily, Daily with { KeyLease = TimeSpan.FromDays(2) }, RollingRing.Start, RollingRing.Timing));

    [Fact]
    public void At_EveryKeyGone_MakesOneAtOnce()
    {
        var times = new RingTimes(Daily, default, [], RollingRing.Timing);

        Assert.Equal(RollingRing.Start, Assert.Single(RolloverRule.At(times, RollingRing.Start).Create));
    }

    [Fact]
    public void At_ClockSetBackBehindAllKeys_WaitsForThem()
    {
        var ring = new RollingRing(Daily);

        Assert.True(RolloverRule.At(ring.Times, RollingRing.Start - TimeSpan.FromDays(1)).IsNothing);
    }

    [Fact]
    public void At_MoreToArchiveThanOneTransactionTakes_TheRestIsDueAtOnce()
    {
        var ring = new RollingRing(Daily with { ArchiveAfter = 1 });
        var now = RollingRing.Start;
        ring.Take(new RolloverStep([.. Enumerable.Range(1, 130).Select(i => now + TimeSpan.FromMilliseconds(i))], []), now);
        now += TimeSpan.FromMinutes(1);

        for (var left = 130; left > 0; left -= ArchiveRule.MaximumPerStep)
        {
            Assert.True(RolloverRule.NextTime(ring.Times, now) <= now);
            var step = RolloverRule.At(ring.Times, now);
            Assert.Equal(Math.Min(left, ArchiveRule.MaximumPerStep), step.Archive.Length);
            ring.Take(step, now);
        }

        Assert.True(RolloverRule.At(ring.Times, now).IsNothing);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void At_KeysBeyondArchiveAfter_OldestAreArchivedOnceTheNewestHasSettled(int archiveAfter)
    {
        var ring = new RollingRing(Daily with { ArchiveAfter = archiveAfter });
        for (var i = 0; i < archiveAfter; i++)
        {
            ring.Tick(RolloverRule.NextKeyTime(ring.Times, RollingRing.Start));
        }

        var settled = ring.Keys[^1].ActivateTime + (2 * RollingRing.Timing.MaxSkew);
        ring.Tick(settled - TimeSpan.FromTicks(1));
        Assert.All(ring.Keys, key => Assert.Equal(StoredKeyState.Enabled, key.Stored));

        ring.Tick(settled);
        Assert.Equal(StoredKeyState.Archived, ring.Keys[0].Stored);
        Assert.All(ring.Keys.Skip(1), key => Assert.Equal(StoredKeyState.Enabled, key.Stored));
    }
}
