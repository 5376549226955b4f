namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>What one commit writes, and what has to be so for it. Not thread-safe; used for one commit.</summary>
public sealed class RecordChanges
{
    /// <summary>Puts, deletes and expectations of one commit; the manifest and requirements take the rest of a store's transaction.</summary>
    public const int MaximumChanges = 120;

    /// <summary>Requirements of one commit.</summary>
    public const int MaximumRequirements = 7;

    internal List<RecordPut> Puts { get; } = [];

    /// <summary>Path and expected version of what is deleted.</summary>
    internal List<(string Path, long ExpectedVersion)> Deletes { get; } = [];

    /// <summary>Path and expected version of what is only looked at.</summary>
    internal List<(string Path, long ExpectedVersion)> Expectations { get; } = [];

    internal List<StoreCompare> Requirements { get; } = [];

    internal ManifestVersion? Version { get; private set; }

    /// <summary>The time stamp after which it is not sent any more.</summary>
    internal long LastSend { get; private set; } = long.MaxValue;

    /// <summary>Every path with the version that it has to have.</summary>
    internal IEnumerable<(string Path, long ExpectedVersion)> Targets =>
        Puts.Select(put => (put.Path, put.ExpectedVersion)).Concat(Deletes).Concat(Expectations);

    /// <summary>Every path that is put or deleted.</summary>
    internal IEnumerable<string> Written => Puts.Select(put => put.Path).Concat(Deletes.Select(delete => delete.Path));

    /// <summary>Changes so far.</summary>
    public int Count => Puts.Count + Deletes.Count + Expectations.Count;

    /// <summary>Writes a record.</summary>
    /// <param name="path">Below the service's prefix.</param>
    /// <param name="type">The service's own number for what the body is; 1 to 65535.</param>
    /// <param name="body">The bytes.</param>
    /// <param name="expectedVersion">The version that it has now; 0 if it must not exist.</param>
    /// <param name="minReader">The lowest version of the software that may read it. Never lowered by a rewrite.</param>
    /// <param name="minWriter">The lowest version of the software that may write it. Never lowered by a rewrite.</param>
    public RecordChanges Put(string path, int type, ReadOnlyMemory<byte> body, long expectedVersion, int minReader = 1, int minWriter = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(expectedVersion);
        Range(type, nameof(type));
        Range(minReader, nameof(minReader));
        Range(minWriter, nameof(minWriter));
        Puts.Add(new RecordPut(path, type, body, expectedVersion, minReader, minWriter));
        return this;
    }

    /// <summary>Deletes a record that has this version now.</summary>
    public RecordChanges Delete(string path, long expectedVersion)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(expectedVersion);
        Deletes.Add((path, expectedVersion));
        return this;
    }

    /// <summary>Demands that a record which the decision rests on, and which is not written, has this version; 0 if it must not exist.</summary>
    public RecordChanges Expect(string path, long version)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        Expectations.Add((path, version));
        return this;
    }

    /// <summary>Demands that nothing at all was written since: for decisions that rest on many records, such as a count.</summary>
    public RecordChanges At(ManifestVersion version)
    {
        Version = version;
        return this;
    }

    /// <summary>
    /// Demands that the write leaves by a moment of the store's <see cref="TimeProvider"/>, for decisions that are right only for a while. It may arrive later; against
    /// that stands a requirement on a key with a lease, such as <see cref="LeaderElection.Fence"/>.
    /// </summary>
    public RecordChanges SendBefore(long timestamp)
    {
        LastSend = timestamp;
        return this;
    }

    /// <exception cref="ArgumentException">Too many, none at all, a path twice, or where no record may lie.</exception>
    internal void Check(ServicePaths paths)
    {
        if (Count > MaximumChanges || Requirements.Count > MaximumRequirements)
        {
            throw new ArgumentException($"a commit has at most {MaximumChanges} changes and {MaximumRequirements} requirements");
        }

        if (!Written.Any() || Written.Distinct(StringComparer.Ordinal).Count() != Puts.Count + Deletes.Count)
        {
            throw new ArgumentException("a commit writes something, and no path twice");
        }

        foreach (var (path, _) in Targets)
        {
            paths.CheckRecord(path);
        }
    }

    /// <summary>Demands something of the store beside the records, such as <see cref="LeaderElection.Fence"/>.</summary>
    public RecordChanges Require(StoreCompare compare)
    {
        Requirements.Add(compare);
        return this;
    }

    private static void Range(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ushort.MaxValue, name);
    }
}
