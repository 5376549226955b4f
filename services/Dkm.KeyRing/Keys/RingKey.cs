namespace Dkm.KeyRing.Keys;

using System;
using System.Globalization;
using System.Runtime.InteropServices;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.KeyRing.Keys.States;

/// <summary>A key as a replica keeps it: its facts, and its material wrapped. There is no clear material here.</summary>
internal sealed class RingKey(KeyFacts facts)
{
    private static readonly TimeSpan Young = TimeSpan.FromDays(7);

    // A replica holds a million of these: every 8 bytes are 8 megabytes, and most keys have none of it.
    private readonly long archiveTicks;
    private readonly byte[]? wrapped;
    private readonly byte[]? unknown;

    public KeyFacts Facts { get; } = facts;

    public KeyId Id => Facts.Id;

    public DateTimeOffset? ArchiveTime
    {
        get => archiveTicks == 0 ? null : new(archiveTicks, TimeSpan.Zero);
        init => archiveTicks = value?.UtcTicks ?? 0;
    }

    /// <summary>
    /// AES-KWP under the wrapping key; empty for a destroyed key, and for one that is not in use (<see cref="ColdMaterials"/>): ten years of keys are read when somebody asks
    /// for them.
    /// </summary>
    public ReadOnlyMemory<byte> Wrapped
    {
        get => wrapped;
        init => wrapped = Bytes(value);
    }

    public required string WrappingKeyId { get; init; }

    /// <summary>The record's version in the store, which a change compares. 0 before it is there.</summary>
    public long RecordVersion { get; init; }

    /// <summary>Fields that a newer KeyRing wrote; they survive our rewrite.</summary>
    public ReadOnlyMemory<byte> Unknown
    {
        get => unknown;
        init => unknown = Bytes(value);
    }

    /// <summary>Of a key whose state somebody changed.</summary>
    public KeyMark? Mark { get; init; }

    /// <summary>Changes with every change of this key.</summary>
    public string Etag => string.Create(CultureInfo.InvariantCulture, $"{RecordVersion}-{Id.ToString()[^12..]}");

    /// <summary>Whether the material is in the store and not here.</summary>
    public bool IsCold => Wrapped.IsEmpty && Facts.Stored != StoredKeyState.Destroyed;

    /// <summary>
    /// As replicas keep it: the material of a key that is not ENABLED is left in the store, unless it is young. If an older state of the store is put back, what is in
    /// memory is all that is left of a key that was made after it.
    /// </summary>
    /// <param name="ringTime">When its ring was last changed.</param>
    public RingKey Kept(DateTimeOffset ringTime) =>
        Facts.Stored == StoredKeyState.Enabled || Wrapped.IsEmpty || ringTime - Facts.CreateTime < Young ? this : Copy(Facts, ArchiveTime, default, Mark);

    public RingKey Warm(ReadOnlyMemory<byte> wrapped) => Copy(Facts, ArchiveTime, wrapped, Mark);

    public RingKey Archive(DateTimeOffset now) => With(StoredKeyState.Archived, Mark, now);

    /// <summary>The same key in another state; of a destroyed one the material is gone.</summary>
    public RingKey With(StoredKeyState state, KeyMark? mark, DateTimeOffset now) => Copy(
        Facts with { Stored = state },
        state == StoredKeyState.Archived ? ArchiveTime ?? now : ArchiveTime,
        state == StoredKeyState.Destroyed ? default : Wrapped,
        mark);

    private static byte[]? Bytes(ReadOnlyMemory<byte> value) =>
        value.IsEmpty ? null
        : MemoryMarshal.TryGetArray(value, out var whole) && whole.Array!.Length == value.Length ? whole.Array
        : value.ToArray();

    private RingKey Copy(KeyFacts next, DateTimeOffset? archiveTime, ReadOnlyMemory<byte> wrapped, KeyMark? mark) => new(next)
    {
        ArchiveTime = archiveTime,
        Wrapped = wrapped,
        WrappingKeyId = WrappingKeyId,
        RecordVersion = RecordVersion,
        Mark = mark,
        Unknown = Unknown,
    };
}
