namespace Dkm.UnitTests.KeyRing;

using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Xunit;

/// <summary>
/// The promises of publish, wait, use over any order of time passing, leaders that sleep, rolls, immediate rolls, removals, changes of the policy, and a holder that is
/// connected or cut off.
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
        Connect,
        CutOff,
        ShortLease,
        LongLease,
        OtherPeriod,
    }

    private static readonly Gen<(Move Move, int Minutes)[]> Moves = Gen.Select(
        Gen.Enum<Move>(), Gen.Frequency((5, Gen.Int[0, 90]), (1, Gen.Int[0, 60 * 72]))).Array[1, 80];

    [Fact]
    public void AnyHistory_PrimaryNeverGoesBack_OneKeyPerStep_NoLeasedHolderLacksThePrimary() =>
        Moves.Sample(Play, iter: 3_000);

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
        var ring = NewRing();
        var now = RollingRing.Start;
        foreach (var (move, minutes) in moves)
        {
            now += TimeSpan.FromMinutes(minutes);
            Apply(ring, move, now);
        }

        return (ring, now);
    }

    private static void Play((Move Move, int Minutes)[] moves)
    {
        var ring = NewRing();
        var holder = new ModelHolder(ring);
        var now = RollingRing.Start;
        holder.Hear(now);
        KeyFacts? newest = null;
        foreach (var (move, minutes) in moves)
        {
            // Each moment at which a key's time comes is looked at.
            var end = now + TimeSpan.FromMinutes(minutes);
            foreach (var moment in ring.Keys.Select(key => key.ActivateTime).Where(at => at > now && at < end).Append(end).Order().ToList())
            {
                newest = Look(ring, holder, newest, now = moment);
            }

            var most = move is Move.AtOnce ? 1 + ring.Times.Pending(now).Count() : 1;
            var before = ring.Keys.Count;
            Apply(ring, move, now);
            holder.Note(move is Move.AtOnce, move switch { Move.Connect => true, Move.CutOff => false, _ => null });
            Assert.True(ring.Keys.Count - before <= most);
            newest = Look(ring, holder, newest, now);
        }
    }

    private static KeyFacts? Look(RollingRing ring, ModelHolder holder, KeyFacts? newest, DateTimeOffset now)
    {
        var primary = ring.Primary(now);
        Assert.NotNull(primary);
        Assert.True(newest is null || PrimaryRule.Compare(primary, newest) >= 0, "the primary went back");
        Assert.Equal(ring.Times.Enabled.Length, ring.Times.Enabled.Select(key => key.ActivateTime).Distinct().Count());
        holder.Look(primary, now);
        return primary;
    }

    private static void Apply(RollingRing ring, Move move, DateTimeOffset now)
    {
        switch (move)
        {
            case Move.Tick:
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

    private static RollingRing NewRing() => new(RingPolicy.Default with { RolloverPeriod = TimeSpan.FromHours(48), ActivationLead = TimeSpan.FromMinutes(5) });

    /// <summary>Hears everything while it is connected, and lives on its lease while it is not.</summary>
    private sealed class ModelHolder(RollingRing ring)
    {
        private readonly Dictionary<KeyId, KeyFacts> held = [];
        private bool connected = true;
        private bool surprised;
        private DateTimeOffset leaseEnd;
        private KeyFacts? newestSeen;

        public void Note(bool immediate, bool? connect)
        {
            // An immediate roll is the one thing that a holder which is cut off can't know; it asks for the key that it lacks.
            surprised |= immediate && !connected;
            connected = connect ?? connected;
        }

        public void Hear(DateTimeOffset now)
        {
            foreach (var key in ring.Keys)
            {
                held[key.Id] = key;
            }

            leaseEnd = now + ring.Policy.KeyLease;
            surprised = false;
        }

        public void Look(KeyFacts primary, DateTimeOffset now)
        {
            if (connected)
            {
                Hear(now);
            }

            if (now > leaseEnd)
            {
                return;
            }

            Assert.True(surprised || held.ContainsKey(primary.Id), "a holder with a valid lease lacks the primary");

            // A key that replaces another one's slot comes a tick after it.
            var mine = PrimaryRule.Choose([.. held.Values], now, newestSeen) ?? PrimaryRule.Choose([.. held.Values], now + RingTimes.Tick, newestSeen);
            Assert.True(mine is not null, "a holder with a valid lease has no primary");
            newestSeen = mine;
        }
    }
}
