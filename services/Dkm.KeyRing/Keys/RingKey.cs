namespace Dkm.KeyRing.Keys;

using System;
using System.Globalization;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.KeyRing.Keys.States;

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

    /// <summary>Of a key whose state somebody changed.</summary>
    public KeyMark? Mark { get; init; }

    /// <summary>Changes with every change of this key.</summary>
    public string Etag => string.Create(CultureInfo.InvariantCulture, $"{RecordVersion}-{Id.ToString()[^12..]}");

    public RingKey Archive(DateTimeOffset now) => With(StoredKeyState.Archived, Mark, now);

    /// <summary>The same key in another state; of a destroyed one the material is gone.</summary>
    public RingKey With(StoredKeyState state, KeyMark? mark, DateTimeOffset now) => new(Facts with { Stored = state })
    {
        ArchiveTime = state == StoredKeyState.Archived ? ArchiveTime ?? now : ArchiveTime,
        Wrapped = state == StoredKeyState.Destroyed ? default : Wrapped,
        WrappingKeyId = WrappingKeyId,
        RecordVersion = RecordVersion,
        Mark = mark,
        Unknown = Unknown,
    };
}
