namespace Dkm.UnitTests.KeyRing;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;

/// <summary>A ring in memory that takes the steps of the real rules, as the store would.</summary>
internal sealed class RollingRing
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly RolloverTiming Timing = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5));

    private readonly List<KeyFacts> keys = [];

    public RollingRing(RingPolicy policy, RolloverTiming? timing = null)
    {
        Policy = policy;
        InstallationTiming = timing ?? Timing;
        Add(RolloverRule.First(Start, InstallationTiming), Start);
    }

    public RingPolicy Policy { get; private set; }

    public RolloverTiming InstallationTiming { get; }

    public DateTimeOffset OldLeasesEnd { get; private set; }

    public IReadOnlyList<KeyFacts> Keys => keys;

    public bool OwesKey { get; private set; }

    public RingTimes Times => new(Policy, OldLeasesEnd, [.. keys], InstallationTiming) { OwesKey = OwesKey };

    public IReadOnlyList<KeyFacts> Take(RolloverStep step, DateTimeOffset now)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            keys[i] = step.Archive.Contains(keys[i].Id) ? keys[i] with { Stored = StoredKeyState.Archived } : keys[i];
        }

        OwesKey = step.Create.IsEmpty && (OwesKey || step.OwesKey);
        return [.. step.Create.Select(activate => Add(activate, now))];
    }

    /// <summary>What the leader does when it is awake.</summary>
    public IReadOnlyList<KeyFacts> Tick(DateTimeOffset now) => Take(RolloverRule.At(Times, now), now);

    public void Change(RingPolicy policy, DateTimeOffset now)
    {
        OldLeasesEnd = Lead.LeasesEndAfter(OldLeasesEnd, Policy, policy, now, InstallationTiming);
        Policy = policy;
    }

    public KeyFacts? Primary(DateTimeOffset now) => PrimaryRule.Choose(keys, now, null);

    private KeyFacts Add(DateTimeOffset activate, DateTimeOffset now)
    {
        var key = new KeyFacts(KeyId.Create(now), StoredKeyState.Enabled, now, activate);
        keys.Add(key);
        return key;
    }
}
