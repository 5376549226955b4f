namespace Dkm.UnitTests.KeyRing;

using System;
using System.Linq;
using CsCheck;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Xunit;

/// <summary>
/// The promises of publish, wait, use over any order of time passing, leaders that sleep or are late, rolls, immediate rolls, removals and changes of the policy, for whoever
/// is cut off at any moment, on clocks that are apart and with news that is late, as far as each may be.
/// </summary>
public sealed class RolloverModelTests
{
    private enum Move
    {
        Tick,
        Sleep,
        Roll,
        AtOnce,
        Removal,
        Late,
        ShortLease,
        LongLease,
        OtherPeriod,
    }

    private static readonly Gen<(Move Move, int Minutes)[]> Moves = Gen.Select(
        Gen.Enum<Move>(), Gen.Frequency((5, Gen.Int[0, 90]), (1, Gen.Int[0, 60 * 72]))).Array[1, 80];

    private static readonly Gen<ModelWorld> Worlds = Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool, Gen.Bool, Gen.Bool)
        .Select((leader, replica, holder, other, late) => new ModelWorld(leader, replica, holder, other, late));

    [Fact]
    public void AnyHistory_PrimaryNeverGoesBack_OneKeyPerStep_NoLeasedHolderLacksThePrimary() =>
        Gen.Select(Moves, Worlds).Sample((moves, world) => Play(moves, world, RollingRing.Timing), iter: 3_000);

    /// <summary>That the histories are hard enough: with each term left out of the lead, some holder is found that lacks the primary.</summary>
    [Theory]
    [InlineData("skew")]
    [InlineData("refresh")]
    [InlineData("lease")]
    public void AnyHistory_LeadWithoutOneOfItsTerms_SomeLeasedHolderLacksThePrimary(string term)
    {
        var timing = term switch
        {
            "skew" => RollingRing.Timing with { MaxSkew = TimeSpan.Zero },
            "refresh" => RollingRing.Timing with { MaxRefresh = RollingRing.Timing.RefreshBound },
            _ => RollingRing.Timing,
        };
        var longer = term == "lease" ? TimeSpan.FromMinutes(1) : TimeSpan.Zero;

        Assert.ThrowsAny<Exception>(() => Gen.Select(Moves, Worlds).Sample((moves, world) => Play(moves, world, timing, longer), iter: 3_000));
    }

    [Fact]
    public void NextTime_WhateverItSays_AtDoesSomethingThenAndNothingBefore() => Moves.Sample(moves =>
    {
        var (ring, now) = History(moves);
        ring.Tick(now);
        var next = RolloverRule.NextTime(ring.Times, now);
        Assert.True(next > now);
        Assert.False(RolloverRule.At(ring.Times, next).IsNothing);
        Assert.True(RolloverRule.At(ring.Times, now + ((next - now) / 2)).IsNothing);
    }, iter: 1_000);

    private static (RollingRing Ring, DateTimeOffset Now) History((Move Move, int Minutes)[] moves)
    {
        var ring = NewRing(RollingRing.Timing);
        var now = RollingRing.Start;
        foreach (var (move, minutes) in moves)
        {
            now = When(ring, move, now + TimeSpan.FromMinutes(minutes));
            Apply(ring, move, now);
        }

        return (ring, now);
    }

    private static void Play((Move Move, int Minutes)[] moves, ModelWorld world, RolloverTiming timing, TimeSpan longerLease = default)
    {
        var ring = NewRing(timing);
        var holders = new ModelHolders(ring, world, longerLease);
        var now = RollingRing.Start;
        foreach (var (move, minutes) in moves)
        {
            now = Pass(ring, holders, world, now, When(ring, move, now + TimeSpan.FromMinutes(minutes)));
            var most = move is Move.AtOnce ? 1 + ring.Times.Pending(now).Count() : 1;
            var before = ring.Keys.Count;
            Apply(ring, move, now);
            Assert.True(ring.Keys.Count - before <= most);
            holders.Changed(now, move is Move.AtOnce);
            holders.Look(now);
        }
    }

    /// <summary>Each moment at which a key's time comes, on anybody's clock, is looked at.</summary>
    private static DateTimeOffset Pass(RollingRing ring, ModelHolders holders, ModelWorld world, DateTimeOffset now, DateTimeOffset end)
    {
        foreach (var moment in ring.Keys.SelectMany(key => world.Moments(key.ActivateTime)).Where(at => at > now && at < end).Append(end).Order().ToList())
        {
            holders.Look(moment);
        }

        return end;
    }

    /// <summary>A leader that is late takes its step as late as it may be without its key's losing its slot.</summary>
    private static DateTimeOffset When(RollingRing ring, Move move, DateTimeOffset now) =>
        move is Move.Late ? RingTimes.Later(now, RolloverRule.NextTime(ring.Times, now) + ring.InstallationTiming.Tolerance) : now;

    private static void Apply(RollingRing ring, Move move, DateTimeOffset now)
    {
        switch (move)
        {
            case Move.Tick:
            case Move.Late:
                ring.Tick(now);
                break;
            case Move.Roll:
                ring.Take(RollNowRule.WithLead(ring.Times, now), now);
                break;
            case Move.AtOnce:
                ring.Take(RollNowRule.AtOnce(ring.Times, now), now);
                break;
            case Move.Removal:
                ring.Take(RollNowRule.AfterRemoval(ring.Times, now), now);
                break;
            case Move.ShortLease:
                ring.Change(ring.Policy with { KeyLease = TimeSpan.FromMinutes(10) }, now);
                break;
            case Move.LongLease:
                ring.Change(ring.Policy with { KeyLease = TimeSpan.FromHours(24) }, now);
                break;
            case Move.OtherPeriod:
                ring.Change(ring.Policy with { RolloverPeriod = TimeSpan.FromHours(now.Hour % 2 == 0 ? 30 : 100) }, now);
                break;
        }
    }

    private static RollingRing NewRing(RolloverTiming timing) =>
        new(RingPolicy.Default with { RolloverPeriod = TimeSpan.FromHours(48), ActivationLead = TimeSpan.FromMinutes(5) }, timing);
}
