namespace Dkm.Client.KeySets;

using System;
using System.Collections.Generic;
using Dkm.Core.Authorization;

/// <summary>A key set message in our own words, checked for what any key set must be.</summary>
internal sealed record KeySetDelivery
{
    public required string Ring { get; init; }

    public required string Uid { get; init; }

    public required long Revision { get; init; }

    /// <summary>Ours to dispose until a ring takes them over.</summary>
    public required IReadOnlyList<HeldKey> Keys { get; init; }

    public required int SuiteNumber { get; init; }

    /// <summary>Bit n is suite n.</summary>
    public required uint ReadSuites { get; init; }

    public required TimeSpan KeyLease { get; init; }

    public required TimeSpan PolicyStaleness { get; init; }

    public required IReadOnlyList<RingBinding> Bindings { get; init; }

    public required DateTimeOffset SendTime { get; init; }

    public required bool GrantsLease { get; init; }
}
