namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Xunit;

/// <summary>
/// What the schedule demands of the rolling ring's keys: a key is made a lead before its slot, the slot is a period after the one before; where the leader was away, the key comes
/// a lead after it was made, and there is one and not one for every slot that was missed.
/// </summary>
internal static class KeySchedule
{
    /// <summary>From the loss of a leader to the next: its lease, and two.</summary>
    public static readonly TimeSpan ElectionLimit = TimeSpan.FromSeconds(7);

    /// <summary>What a loaded machine may add to what takes milliseconds.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(8);

    /// <summary>key_lease, twice the skew and the refresh of development.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromSeconds(7);

    /// <summary>So much later than due a key is made and still gets its slot.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(0.125);

    /// <summary>When the key after this one is to be made.</summary>
    public static DateTimeOffset DueAfter(ClusterKey key) => key.ActivateTime + Period - Lead;

    /// <param name="keys">All keys of the ring.</param>
    /// <param name="from">Keys made before are another test's.</param>
    /// <param name="away">For how long nobody may have been able to make one.</param>
    public static void Demand(IReadOnlyList<ClusterKey> keys, DateTimeOffset from, TimeSpan away)
    {
        Assert.Equal(keys.Count, keys.Select(key => key.Id).Distinct().Count());
        foreach (var (before, key) in keys.Zip(keys.Skip(1)))
        {
            // Always, whoever made them: never two for one slot, and none published later than its lead.
            Assert.True(key.ActivateTime - before.ActivateTime >= Period, $"two keys for one slot: {before} {key}");
            Assert.True(key.ActivateTime - key.CreateTime >= Lead - Tolerance - Tolerance, $"made too late: {key}");
            if (key.CreateTime > from)
            {
                var late = key.CreateTime - DueAfter(before);
                Assert.True(late >= -Tolerance && late <= away + Slack, $"made {late} after it was due: {before} {key}");
                var slot = before.ActivateTime + Period;
                var expected = key.CreateTime + Lead - Tolerance > slot ? key.CreateTime + Lead : slot;
                Assert.True((key.ActivateTime - expected).Duration() <= Tolerance * 2, $"its time should be {expected:O}: {before} {key}");
            }
        }

        // And none is missing at the end.
        var overdue = TimeProvider.System.GetUtcNow() - DueAfter(keys[^1]);
        Assert.True(overdue <= away + Slack, $"the next key is overdue since {overdue}: {keys[^1]}");
    }

    /// <summary>Each key that sealed was there, and sealed in its turn and not before its time: a primary never goes back.</summary>
    /// <param name="keys">All keys of the ring.</param>
    /// <param name="line">What was done with it.</param>
    /// <param name="each">The line never stopped, so that no key was passed over.</param>
    public static void DemandInTurn(IReadOnlyList<ClusterKey> keys, LoadLine line, bool each = true)
    {
        var places = line.Switches.Select(change => Place(keys, change.Key)).ToList();
        Assert.True(places.TrueForAll(place => place >= 0), $"a key is lost: {string.Join(' ', places)} of {line}");
        Assert.True(places.Zip(places.Skip(1)).All(pair => each ? pair.Second == pair.First + 1 : pair.Second > pair.First), $"out of turn: {string.Join(' ', places)} of {line}");
        foreach (var change in line.Switches)
        {
            Assert.True(change.To >= keys[Place(keys, change.Key)].ActivateTime, $"{change.Key} sealed before its time, at {change.To:O}: {line}");
        }
    }

    /// <summary>The line went over to this key at its time.</summary>
    public static void DemandOnTime(ClusterKey key, LoadLine line)
    {
        var change = line.Switches.FirstOrDefault(change => change.Key.ToString() == key.Id);
        Assert.True(change is not null, $"{key} was never used: {line}");
        Assert.True(change.From <= key.ActivateTime + TimeSpan.FromSeconds(0.75), $"{key} was used from {change.From:O} on: {line}");
    }

    private static int Place(IReadOnlyList<ClusterKey> keys, KeyId id) => keys.Select(key => key.Id).ToList().IndexOf(id.ToString());
}
