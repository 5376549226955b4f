namespace Dkm.KeyRing.Keys;

using System;
using Dkm.Core;
using Dkm.Core.Keys;

/// <summary>A key as a replica keeps it: its facts, and its material wrapped. There is no clear material here.</summary>
internal sealed class RingKey(KeyFacts facts)
{
    public KeyFacts Facts { get; } = facts;

    public KeyId Id => Facts.Id;

    public DateTimeOffset? ArchiveTime { get; init; }

    /// <summary>AES-KWP under the wrapping key; empty for a destroyed key.</summary>
    public ReadOnlyMemory<byte> Wrapped { get; init; }

    public required string WrappingKeyId { get; init; }

    /// <summary>The record's version in the store, which a change compares. 0 before it is there.</summary>
    public long RecordVersion { get; init; }

    /// <summary>Fields that a newer KeyRing wrote; they survive our rewrite.</summary>
    public ReadOnlyMemory<byte> Unknown { get; init; }

    public RingKey Archive(DateTimeOffset now) => new(Facts with { Stored = StoredKeyState.Archived })
    {
        ArchiveTime = now,
        Wrapped = Wrapped,
        WrappingKeyId = WrappingKeyId,
        RecordVersion = RecordVersion,
        Unknown = Unknown,
    };
}
