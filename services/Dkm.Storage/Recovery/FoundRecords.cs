namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>All that lies below a service's prefix, in order or not.</summary>
/// <param name="ManifestRevision">The store's revision that wrote the manifest; 0 if there is none.</param>
/// <param name="Manifest">Null if there is none that opens.</param>
/// <param name="Records">By path.</param>
internal sealed record FoundRecords(long ManifestRevision, Manifest? Manifest, IReadOnlyDictionary<string, FoundRecord> Records)
{
    /// <summary>Whether they add up to their manifest. With one that does not open, whatever the sum says, no replica takes them.</summary>
    public bool AddUp(StoreKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Manifest is not null && Manifest.Count == Records.Count && Records.Values.All(record => record.Opens) && Manifest.Digest == Sum(key);
    }

    public MultisetDigest Sum(StoreKey key)
    {
        var sum = default(MultisetDigest);
        foreach (var (path, record) in Records)
        {
            sum += MultisetDigest.Of(key, path, record.Version, record.Stamp);
        }

        return sum;
    }
}
