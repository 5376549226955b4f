namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;

/// <summary>The verified state: a manifest and the records that add up to it. Not thread-safe; <see cref="Replica"/> guards it.</summary>
internal sealed class ReplicaState
{
    private readonly Dictionary<byte[], RecordFacts> records = new(PathComparer.Instance);
    private readonly Dictionary<byte[], RecordFacts>.AlternateLookup<ReadOnlySpan<char>> byPath;

    public ReplicaState() => byPath = records.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Null before the first snapshot.</summary>
    public Manifest? Manifest { get; set; }

    /// <summary>The store's revision that wrote the manifest.</summary>
    public long ManifestRevision { get; set; }

    /// <summary>Up to this revision the store as a whole was seen to add up; no single change before it matters any more.</summary>
    public long VerifiedRevision { get; set; }

    /// <summary>Every record, the paths as strings that are made on the way.</summary>
    public IEnumerable<KeyValuePair<string, RecordFacts>> Records =>
        records.Select(record => KeyValuePair.Create(Encoding.ASCII.GetString(record.Key), record.Value));

    public int Count => records.Count;

    public RecordFacts? Find(string path) => byPath.TryGetValue(path, out var facts) ? facts : null;

    public void Set(string path, RecordFacts facts) => byPath[path] = facts;

    public void Remove(string path) => byPath.Remove(path);

    /// <summary>Paths of records that a listing did not meet.</summary>
    public List<string> NotMet(int listing) =>
        [.. records.Where(record => record.Value.Listing != listing).Select(record => Encoding.ASCII.GetString(record.Key))];

    /// <summary>Marks as met what a listing found, also if it came here by another way while the listing was under way.</summary>
    public void Met(string path, int listing)
    {
        ref var facts = ref CollectionsMarshal.GetValueRefOrNullRef(byPath, path);
        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref facts))
        {
            facts = facts with { Listing = listing };
        }
    }

    /// <summary>Marks a record as met by a listing. True if the listing found the sealing that is held.</summary>
    public bool Meet(OpenedRecord found, int listing)
    {
        ref var facts = ref CollectionsMarshal.GetValueRefOrNullRef(byPath, found.Path);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref facts))
        {
            return false;
        }

        facts = facts with { Listing = listing };
        return facts.IsSameSealing(found) && facts.ModRevision == found.ModRevision;
    }
}
