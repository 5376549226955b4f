namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Dkm.Core;
using Dkm.KeyRing.Keys;

/// <summary>A ring before and after; what differs is what is written. The ring's own record always is.</summary>
/// <param name="Before">As it was read; null for a new ring.</param>
/// <param name="After">As it shall be.</param>
internal sealed record RingChange(RingView? Before, RingView After)
{
    /// <summary>Keys that are new or have changed.</summary>
    public IEnumerable<RingKey> Keys => After.Keys.Where(key => Before is null || !Before.Keys.Contains(key));

    /// <summary>The next revision of a ring, with keys made and keys archived.</summary>
    public static RingChange To(RingView before, Ring ring, IEnumerable<RingKey> made, ImmutableArray<KeyId> archive, DateTimeOffset now) => new(
        before,
        new RingView(
            ring with { Revision = before.Ring.Revision + 1, UpdateTime = now },
            [.. before.Keys.Select(key => archive.Contains(key.Id) ? key.Archive(now) : key), .. made]));
}
