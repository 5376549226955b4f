namespace Dkm.KeyRing.Rollover;

using System;
using System.Collections.Immutable;
using Dkm.Core;

/// <summary>What to do to a ring: the activation times of keys to make (the first is the one that was asked for), and keys to archive.</summary>
internal sealed record RolloverStep(ImmutableArray<DateTimeOffset> Create, ImmutableArray<KeyId> Archive)
{
    public static RolloverStep Nothing { get; } = new([], []);

    /// <summary>Makes nothing yet; the ring notes that it owes a key.</summary>
    public static RolloverStep Owed { get; } = new([], []) { OwesKey = true };

    public bool OwesKey { get; private init; }

    public bool IsNothing => Create.IsEmpty && Archive.IsEmpty && !OwesKey;
}
