namespace Dkm.KeyRing.Keys.States;

using System;
using System.Collections.Immutable;
using Dkm.Core;
using Dkm.Core.Keys;

/// <summary>What a change of one key's state does to its ring, all of it in one transaction.</summary>
/// <param name="State">What the key becomes.</param>
/// <param name="Before">What it may be brought back to.</param>
internal sealed record KeyStep(StoredKeyState State, StoredKeyState Before)
{
    /// <summary>When the destruction is due.</summary>
    public DateTimeOffset? DestroyTime { get; init; }

    /// <summary>Activation times of keys to make, so that no holder is without a primary.</summary>
    public ImmutableArray<DateTimeOffset> Create { get; init; } = [];

    /// <summary>Other keys that get the same state: what was pending when a primary is compromised.</summary>
    public ImmutableArray<KeyId> Likewise { get; init; } = [];
}
