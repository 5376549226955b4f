namespace Dkm.UnitTests.Core.Keys;

using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using Dkm.Core;
using Dkm.Core.Keys;
using Xunit;

public sealed class PrimaryRuleTests
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<KeyFacts[]> Rings =
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 4]).Array[0, 6].Select(keys => keys.Select((key, i) => Key(i, (StoredKeyState)(key.Item1 + 1), key.Item2)).ToArray());

    [Fact]
    public void Choose_NoKeys_IsNone() => Assert.Null(PrimaryRule.Choose([], Epoch, null));

    [Fact]
    public void Choose_AtTheActivateTime_SwitchesWithTheTick()
    {
        var old = Key(0, StoredKeyState.Enabled, 0);
        var next = Key(1, StoredKeyState.Enabled, 10);
        Assert.Same(old, PrimaryRule.Choose([old, next], next.ActivateTime.AddTicks(-1), old));
        Assert.Same(next, PrimaryRule.Choose([old, next], next.ActivateTime, old));
    }

    [Fact]
    public void Choose_SameActivateTime_TakesTheHigherId()
    {
        var low = Key(1, StoredKeyState.Enabled, 3);
        var high = Key(2, StoredKeyState.Enabled, 3);
        Assert.Same(high, PrimaryRule.Choose([low, high], At(9), null));
        Assert.Same(high, PrimaryRule.Choose([high, low], At(9), low));
    }

    [Fact]
    public void Choose_PrimaryDisabled_DoesNotGoBack()
    {
        var old = Key(0, StoredKeyState.Enabled, 0);
        var seen = Key(1, StoredKeyState.Enabled, 5);
        Assert.Null(PrimaryRule.Choose([old, seen with { Stored = StoredKeyState.Disabled }], At(6), seen));
    }

    [Fact]
    public void Choose_OldSnapshot_DoesNotGoBack() =>
        Assert.Null(PrimaryRule.Choose([Key(0, StoredKeyState.Enabled, 0)], At(6), Key(1, StoredKeyState.Enabled, 5)));

    [Fact]
    public void Choose_ClockSetBack_StaysOnTheNewestSeen()
    {
        var old = Key(0, StoredKeyState.Enabled, 0);
        var seen = Key(1, StoredKeyState.Enabled, 5);
        var pending = Key(2, StoredKeyState.Enabled, 8);
        Assert.Same(seen, PrimaryRule.Choose([old, seen, pending], At(2), seen));
    }

    // Every ring of three keys, in every state and at every order of times, against the rule written out as a query.
    [Fact]
    public void Choose_EverySmallRing_FollowsTheRule()
    {
        var keys = (from stored in Enum.GetValues<StoredKeyState>() from time in Enumerable.Range(0, 3) select (stored, time)).ToList();
        foreach (var a in keys)
        {
            foreach (var b in keys)
            {
                foreach (var c in keys)
                {
                    KeyFacts[] ring = [Key(0, a.stored, a.time), Key(1, b.stored, b.time), Key(2, c.stored, c.time)];
                    for (var now = -1; now < 3; now++)
                    {
                        foreach (var seen in ring.Append(null))
                        {
                            Assert.Same(Expected(ring, At(now), seen), PrimaryRule.Choose(ring, At(now), seen));
                        }
                    }
                }
            }
        }
    }

    [Fact]
    public void Choose_AnyOrderOfKeys_IsTheSame() =>
        Rings.Sample(ring => ReferenceEquals(PrimaryRule.Choose(ring, At(2), null), PrimaryRule.Choose(ring.Reverse().ToArray(), At(2), null)));

    [Fact]
    public void Choose_OverAnyCourseOfClockAndSnapshots_NeverGoesBack() =>
        Gen.Select(Rings, Gen.Select(Gen.Int[-1, 5], Gen.Int[0, 63]).Array[1, 10]).Sample((ring, course) =>
        {
            KeyFacts? seen = null;
            foreach (var (now, snapshot) in course)
            {
                var visible = ring.Where((_, i) => (snapshot & (1 << i)) != 0).ToArray();
                var chosen = PrimaryRule.Choose(visible, At(now), seen);
                if (chosen is not null && seen is not null && PrimaryRule.Compare(chosen, seen) < 0)
                {
                    return false;
                }

                seen = chosen ?? seen;
            }

            return true;
        });

    private static KeyFacts? Expected(IEnumerable<KeyFacts> keys, DateTimeOffset now, KeyFacts? seen) =>
        (from key in keys
         where key.Stored == StoredKeyState.Enabled
         where key.ActivateTime <= now || key.Id == seen?.Id
         where seen is null || key.ActivateTime > seen.ActivateTime || (key.ActivateTime == seen.ActivateTime && key.Id >= seen.Id)
         orderby key.ActivateTime descending, key.Id descending
         select key).FirstOrDefault();

    private static DateTimeOffset At(int time) => Epoch.AddSeconds(time);

    private static KeyFacts Key(int number, StoredKeyState stored, int time)
    {
        var id = new byte[KeyId.Size];
        id[^1] = (byte)number;
        return new KeyFacts(KeyId.Read(id), stored, Epoch, At(time));
    }
}
