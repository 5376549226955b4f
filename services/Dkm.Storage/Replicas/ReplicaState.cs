namespace Dkm.Storage;

using System.Collections.Generic;
using System.Runtime.InteropServices;

/// <summary>The verified state: a manifest and the records that add up to it. Not thread-safe; <see cref="Replica"/> guards it.</summary>
internal sealed class ReplicaState
{
    private readonly Dictionary<string, RecordFacts> records = new(System.StringComparer.Ordinal);

    /// <summary>Null before the first snapshot.</summary>
    public Manifest? Manifest { get; set; }

    /// <summary>The store's revision that wrote the manifest.</summary>
    public long ManifestRevision { get; set; }

    /// <summary>Up to this revision the store as a whole was seen to add up; no single change before it matters any more.</summary>
    public long VerifiedRevision { get; set; }

    public IReadOnlyDictionary<string, RecordFacts> Records => records;

    public RecordFacts? Find(string path) => records.TryGetValue(path, out var facts) ? facts : null;

    public void Set(string path, RecordFacts facts) => records[path] = facts;

    public void Remove(string path) => records.Remove(path);

    /// <summary>Marks a record as met by a listing. True if the listing found the sealing that is held.</summary>
    public bool Meet(OpenedRecord found, int listing)
    {
        ref var facts = ref CollectionsMarshal.GetValueRefOrNullRef(records, found.Path);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref facts))
        {
            return false;
        }

        facts = facts with { Listing = listing };
        return facts.IsSameSealing(found) && facts.ModRevision == found.ModRevision;
    }
}
