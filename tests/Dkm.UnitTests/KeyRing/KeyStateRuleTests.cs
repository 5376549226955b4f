namespace Dkm.UnitTests.KeyRing;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Keys.States;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Xunit;

/// <summary>Every action on a key in every state, and every place that a key can have in its ring.</summary>
public sealed class KeyStateRuleTests
{
    private static readonly DateTimeOffset Now = RollingRing.Start + TimeSpan.FromDays(10);
    private static readonly TimeSpan Floor = TimeSpan.FromDays(7);

    private static readonly StoredKeyState[] States = Enum.GetValues<StoredKeyState>();

    /// <summary>For a key that is older than the primary: what it becomes, or - for nothing, or the reason of the refusal.</summary>
    public static readonly TheoryData<string, StoredKeyState, string> Table = new()
    {
        { "Disable", StoredKeyState.Enabled, "Disabled" },
        { "Disable", StoredKeyState.Archived, "Disabled" },
        { "Disable", StoredKeyState.Disabled, "-" },
        { "Disable", StoredKeyState.Compromised, Reasons.KeyState },
        { "Disable", StoredKeyState.DestroyScheduled, Reasons.KeyState },
        { "Disable", StoredKeyState.Destroyed, Reasons.KeyState },
        { "Enable", StoredKeyState.Enabled, "-" },
        { "Enable", StoredKeyState.Archived, "-" },
        { "Enable", StoredKeyState.Disabled, "Enabled" },
        { "Enable", StoredKeyState.Compromised, Reasons.KeyState },
        { "Enable", StoredKeyState.DestroyScheduled, Reasons.KeyState },
        { "Enable", StoredKeyState.Destroyed, Reasons.KeyState },
        { "Compromise", StoredKeyState.Enabled, "Compromised" },
        { "Compromise", StoredKeyState.Archived, "Compromised" },
        { "Compromise", StoredKeyState.Disabled, "Compromised" },
        { "Compromise", StoredKeyState.Compromised, "-" },
        { "Compromise", StoredKeyState.DestroyScheduled, "DestroyScheduled" },
        { "Compromise", StoredKeyState.Destroyed, Reasons.KeyState },
        { "Destroy", StoredKeyState.Enabled, "DestroyScheduled" },
        { "Destroy", StoredKeyState.Archived, "DestroyScheduled" },
        { "Destroy", StoredKeyState.Disabled, "DestroyScheduled" },
        { "Destroy", StoredKeyState.Compromised, "DestroyScheduled" },
        { "Destroy", StoredKeyState.DestroyScheduled, "-" },
        { "Destroy", StoredKeyState.Destroyed, Reasons.KeyState },
        { "Restore", StoredKeyState.Enabled, "-" },
        { "Restore", StoredKeyState.Archived, "-" },
        { "Restore", StoredKeyState.Disabled, "-" },
        { "Restore", StoredKeyState.Compromised, "-" },
        { "Restore", StoredKeyState.DestroyScheduled, "Enabled" },
        { "Restore", StoredKeyState.Destroyed, Reasons.KeyState },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Decide_OldKeyInEachState_AsTheTableSays(string action, StoredKeyState state, string expected)
    {
        var old = Key(state, Now - TimeSpan.FromDays(5), Mark(StoredKeyState.Enabled, Now + TimeSpan.FromDays(1)));

        var decision = Decide(Enum.Parse<KeyAction>(action), old, old, Primary());

        Assert.Equal(expected, decision.Reason ?? decision.Step?.State.ToString() ?? "-");
        Assert.Empty(decision.Step?.Create ?? []);
        Assert.Empty(decision.Step?.Likewise ?? []);
    }

    [Fact]
    public void Table_EveryActionAndEveryState_HasARow() =>
        Assert.Equal(Enum.GetValues<KeyAction>().Length * States.Length, Table.Count);

    [Fact]
    public void Disable_ThePrimary_FreshKeyIsActiveNowAndThePendingOneStays()
    {
        var (primary, pending) = (Primary(), Pending());

        var step = Step(KeyAction.Disable, primary, primary, pending);

        Assert.Equal((StoredKeyState.Disabled, StoredKeyState.Enabled), (step.State, step.Before));
        Assert.Equal([Now - RollingRing.Timing.MaxSkew], step.Create);
        Assert.Empty(step.Likewise);
    }

    [Fact]
    public void Compromise_ThePrimary_WhatWasPendingGoesWithItAndIsFollowed()
    {
        var (primary, pending) = (Primary(), Pending());

        var step = Step(KeyAction.Compromise, primary, primary, pending);

        Assert.Equal(StoredKeyState.Compromised, step.State);
        Assert.Equal([Now - RollingRing.Timing.MaxSkew, pending.Facts.ActivateTime + RingTimes.Tick], step.Create);
        Assert.Equal([pending.Id], step.Likewise);
    }

    [Theory]
    [InlineData("Disable")]
    [InlineData("Compromise")]
    public void Stop_ThePendingKey_IsFollowedByATickAndThePrimaryIsLeftAlone(string action)
    {
        var (primary, pending) = (Primary(), Pending());

        var step = Step(Enum.Parse<KeyAction>(action), pending, primary, pending);

        Assert.Equal([pending.Facts.ActivateTime + RingTimes.Tick], step.Create);
        Assert.Empty(step.Likewise);
    }

    [Fact]
    public void Disable_APendingKeyThatIsFollowedAlready_MakesNoOther()
    {
        var pending = Pending();
        var follower = Key(StoredKeyState.Enabled, pending.Facts.ActivateTime + RingTimes.Tick);

        Assert.Empty(Step(KeyAction.Disable, pending, Primary(), pending, follower).Create);
    }

    [Theory]
    [InlineData("Disable")]
    [InlineData("Compromise")]
    public void Stop_PrimaryAgainAndAgainInOneMoment_ThePrimaryOnlyGoesForward(string action)
    {
        var keys = new List<RingKey> { Primary(), Pending() };
        for (var i = 0; i < 5; i++)
        {
            var now = Now + (i * RingTimes.Tick);
            var primary = Find(keys, now);
            var step = Step(Enum.Parse<KeyAction>(action), primary, now, [.. keys]);
            Take(keys, primary, step, now);

            Assert.True(PrimaryRule.Compare(Find(keys, now + RingTimes.Tick).Facts, primary.Facts) > 0);
        }
    }

    [Fact]
    public void Stop_PendingThatAHolderUsesWhileCutOff_ItHasAPrimaryWhenItIsBack()
    {
        var keys = new List<RingKey> { Primary(), Pending() };
        var pending = keys[1];
        Take(keys, pending, Step(KeyAction.Disable, pending, [.. keys]), Now);

        Assert.NotNull(PrimaryRule.Choose([.. keys.Select(key => key.Facts)], pending.Facts.ActivateTime + TimeSpan.FromMinutes(1), pending.Facts));
    }

    [Theory]
    [InlineData("Enable", StoredKeyState.Disabled)]
    [InlineData("Restore", StoredKeyState.DestroyScheduled)]
    public void BringBack_NewerThanThePrimary_OpensOnly(string action, StoredKeyState state)
    {
        var newer = Key(state, Now + TimeSpan.FromMinutes(1), Mark(StoredKeyState.Enabled, Now + TimeSpan.FromDays(1)));

        Assert.Equal(StoredKeyState.Archived, Step(Enum.Parse<KeyAction>(action), newer, Primary(), newer).State);
    }

    [Theory]
    [InlineData(StoredKeyState.Archived)]
    [InlineData(StoredKeyState.Disabled)]
    [InlineData(StoredKeyState.Compromised)]
    public void Restore_WhatWasStoppedBefore_IsStoppedAgain(StoredKeyState before)
    {
        var key = Key(StoredKeyState.DestroyScheduled, Now - TimeSpan.FromDays(5), Mark(before, Now + TimeSpan.FromDays(1)));

        Assert.Equal(before, Step(KeyAction.Restore, key, key, Primary()).State);
    }

    [Fact]
    public void Restore_CompromisedWhileScheduled_IsCompromised()
    {
        var key = Key(StoredKeyState.DestroyScheduled, Now - TimeSpan.FromDays(5), Mark(StoredKeyState.Archived, Now + TimeSpan.FromDays(1)));
        var keys = new List<RingKey> { key, Primary() };
        Take(keys, key, Step(KeyAction.Compromise, key, [.. keys]), Now);
        var marked = keys[0];

        Assert.Equal(Now + TimeSpan.FromDays(1), marked.Mark!.DestroyTime);
        Assert.Equal(StoredKeyState.Compromised, Step(KeyAction.Restore, marked, [.. keys]).State);
    }

    [Theory]
    [InlineData("Disable", 86400)]
    [InlineData("Compromise", 86400)]
    [InlineData("Disable", 1)]
    public void Stop_TheOnlyPrimary_ClocksBehindOursHaveOneToo(string action, int ageInSeconds)
    {
        var older = Key(StoredKeyState.Enabled, Now - TimeSpan.FromDays(30));
        var primary = Key(StoredKeyState.Enabled, Now - TimeSpan.FromSeconds(ageInSeconds));
        List<RingKey> keys = ageInSeconds == 1 ? [older, primary] : [primary];

        Take(keys, primary, Step(Enum.Parse<KeyAction>(action), primary, [.. keys]), Now);

        Assert.NotEqual(older.Id, Find(keys, Now).Id);
        for (var behind = TimeSpan.Zero; behind <= RollingRing.Timing.MaxSkew; behind += TimeSpan.FromSeconds(0.5))
        {
            Assert.NotEqual(primary.Id, Find(keys, Now - behind).Id);
        }
    }

    [Theory]
    [InlineData("Disable")]
    [InlineData("Compromise")]
    [InlineData("Destroy")]
    public void Stop_TheKeyBeforeOneThatHasJustBecomePrimary_ClocksBehindOursHaveAPrimary(string action)
    {
        var before = Key(StoredKeyState.Enabled, Now - TimeSpan.FromDays(1));
        var primary = Key(StoredKeyState.Enabled, Now - TimeSpan.FromSeconds(1));
        var keys = new List<RingKey> { before, primary };

        Take(keys, before, Step(Enum.Parse<KeyAction>(action), before, [.. keys]), Now);

        Assert.Equal(primary.Id, Find(keys, Now).Id);
        Assert.Equal(StoredKeyState.Enabled, Find(keys, Now - RollingRing.Timing.MaxSkew).Facts.Stored);
    }

    [Fact]
    public void Restore_ItsTimeHasCome_Refused()
    {
        var key = Key(StoredKeyState.DestroyScheduled, Now - TimeSpan.FromDays(5), Mark(StoredKeyState.Archived, Now));

        Assert.Equal(Reasons.KeyState, Decide(KeyAction.Restore, key, key, Primary()).Reason);
        Assert.Equal(StoredKeyState.Archived, Step(KeyAction.Restore, key, Now - TimeSpan.FromTicks(1), key, Primary()).State);
    }

    [Fact]
    public void Destroy_ThePrimaryAndTheNext_Refused()
    {
        var (primary, pending) = (Primary(), Pending());

        Assert.Equal(Reasons.KeyInUse, Decide(KeyAction.Destroy, primary, primary, pending).Reason);
        Assert.Equal(Reasons.KeyInUse, Decide(KeyAction.Destroy, pending, primary, pending).Reason);
    }

    [Theory]
    [InlineData(30, 30)]
    [InlineData(1, 7)]
    public void Destroy_Delay_IsTheRingsAndNeverBelowTheFloor(int delay, int expected)
    {
        var old = Key(StoredKeyState.Archived, Now - TimeSpan.FromDays(5));
        var ring = Ring(old, Primary()) with { Policy = RingPolicy.Default with { DestroyDelay = TimeSpan.FromDays(delay) } };

        var step = KeyStateRule.Decide(KeyAction.Destroy, old, ring, Floor, Now).Step!;

        Assert.Equal(Now + TimeSpan.FromDays(expected), step.DestroyTime);
    }

    private static RingKey Primary() => Key(StoredKeyState.Enabled, Now - TimeSpan.FromDays(1));

    private static RingKey Pending() => Key(StoredKeyState.Enabled, Now + TimeSpan.FromHours(1));

    private static KeyMark Mark(StoredKeyState before, DateTimeOffset destroyTime) => new(before, Now - TimeSpan.FromDays(1), "test", destroyTime);

    private static RingKey Key(StoredKeyState state, DateTimeOffset activate, KeyMark? mark = null) =>
        new(new KeyFacts(KeyId.Create(Now), state, activate - TimeSpan.FromDays(1), activate)) { WrappingKeyId = "w", Mark = mark };

    private static RingTimes Ring(params RingKey[] keys) => new(RingPolicy.Default, default, [.. keys.Select(key => key.Facts)], RollingRing.Timing);

    private static KeyDecision Decide(KeyAction action, RingKey key, params RingKey[] keys) =>
        KeyStateRule.Decide(action, key, Ring(keys), Floor, Now);

    private static KeyStep Step(KeyAction action, RingKey key, params RingKey[] keys) => Step(action, key, Now, keys);

    private static KeyStep Step(KeyAction action, RingKey key, DateTimeOffset now, params RingKey[] keys) =>
        KeyStateRule.Decide(action, key, Ring(keys), Floor, now).Step ?? throw new InvalidOperationException("no step");

    private static RingKey Find(List<RingKey> keys, DateTimeOffset now)
    {
        var primary = PrimaryRule.Choose([.. keys.Select(key => key.Facts)], now, null)!;
        return keys.Single(key => key.Id == primary.Id);
    }

    private static void Take(List<RingKey> keys, RingKey key, KeyStep step, DateTimeOffset now)
    {
        var made = step.Create.Select(activate => Key(StoredKeyState.Enabled, activate)).ToList();
        var next = KeyStepChange.Apply([.. keys], key.Id, step, made, "test", now);
        keys.Clear();
        keys.AddRange(next);
    }
}
