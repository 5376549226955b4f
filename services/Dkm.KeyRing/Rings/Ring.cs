namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Immutable;
using System.Globalization;
using Dkm.Core;
using Dkm.Core.Authorization;

/// <summary>A ring as it is stored, without its keys. Immutable.</summary>
internal sealed record Ring
{
    public required string Name { get; init; }

    public required string Uid { get; init; }

    public required RingPolicy Policy { get; init; }

    public ImmutableArray<RingBinding> Bindings { get; init; } = [];

    public string Description { get; init; } = string.Empty;

    public DateTimeOffset CreateTime { get; init; }

    public DateTimeOffset UpdateTime { get; init; }

    /// <summary>Rises with every change of the ring or one of its keys.</summary>
    public long Revision { get; init; }

    public string RequestId { get; init; } = string.Empty;

    public ImmutableArray<byte> RequestDigest { get; init; } = [];

    public required string WrappingKeyId { get; init; }

    public string RolloverRequestId { get; init; } = string.Empty;

    public ImmutableArray<byte> RolloverRequestDigest { get; init; } = [];

    public KeyId? RolloverKeyId { get; init; }

    /// <summary>Until then a holder may live on a lease longer than the policy's.</summary>
    public DateTimeOffset OldLeasesEnd { get; init; }

    /// <summary>Since then it owes a key that somebody who was removed has not had (<see cref="Rollover.RollNowRule.AfterRemoval"/>); default: none.</summary>
    public DateTimeOffset RemovalTime { get; init; }

    /// <summary>The record's version in the store, which a change compares. 0 before it is there.</summary>
    public long RecordVersion { get; init; }

    /// <summary>The record's bytes as they were read, so that fields which a newer KeyRing wrote survive our rewrite.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Changes with every change of the ring or one of its keys; the uid keeps a namesake's apart.</summary>
    public string Etag => string.Create(CultureInfo.InvariantCulture, $"{Revision}-{Uid[^12..]}");
}
