namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Immutable;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Rollover;

/// <summary>A ring with all its keys, as of one revision. Immutable; a change makes the next one.</summary>
/// <param name="Ring">The ring.</param>
/// <param name="Keys">In the order in which they become primary.</param>
internal sealed record RingView(Ring Ring, ImmutableArray<RingKey> Keys)
{
    private const int EpochShift = 40;

    /// <summary>Of the records as this view was made from them.</summary>
    public long Epoch { get; init; } = 1;

    /// <summary>
    /// What holders compare. It rises with every change of the ring and, above all that was ever delivered, with every recovery: that may have merged two histories in which the ring's
    /// own count came to the same number, or have gone back behind it.
    /// </summary>
    public long Revision => ((Epoch - 1) << EpochShift) + Ring.Revision;

    public RingKey? Primary(DateTimeOffset now) =>
        PrimaryRule.Choose([.. Keys.Select(key => key.Facts)], now, null) is { } primary ? Find(primary.Id) : null;

    /// <summary>What is to become primary next, if it is made.</summary>
    public RingKey? Next(DateTimeOffset now) => Keys.FirstOrDefault(key => KeyStates.At(key.Facts, now) == KeyState.Pending);

    public RingKey? Find(KeyId id) => Keys.FirstOrDefault(key => key.Id == id);

    public RingTimes Times(RolloverTiming timing) => new(Ring.Policy, Ring.OldLeasesEnd, [.. Keys.Select(key => key.Facts)], timing)
    {
        OwesKey = Ring.RemovalTime != default,
    };
}
