namespace Dkm.KeyRing.Keys.States;

using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Dkm.Core;

/// <summary>A ring's keys after a step. Pure.</summary>
internal static class KeyStepChange
{
    public static ImmutableArray<RingKey> Apply(
        ImmutableArray<RingKey> keys, KeyId changed, KeyStep step, IEnumerable<RingKey> made, string reason, DateTimeOffset now) =>
        [.. keys.Select(key => key.Id == changed || step.Likewise.Contains(key.Id) ? Apply(key, key.Id == changed, step, reason, now) : key), .. made];

    private static RingKey Apply(RingKey key, bool itself, KeyStep step, string reason, DateTimeOffset now) =>
        key.With(step.State, new KeyMark(itself ? step.Before : key.Facts.Stored, now, reason, step.DestroyTime), now);
}
