namespace Dkm.Storage;

using System.Collections.Generic;

/// <summary>All of a service's records at one revision, added up. Bodies are kept only of those that the replica did not hold.</summary>
internal sealed class Snapshot
{
    private readonly StoreKey? digestKey;

    /// <param name="revision">The revision.</param>
    /// <param name="manifestEntry">What lies at the manifest's path; null for nothing.</param>
    /// <param name="manifest">The manifest, if it opened.</param>
    /// <param name="digestKey">The manifest's store key, if it opened.</param>
    public Snapshot(long revision, StoreEntry? manifestEntry, Manifest? manifest, StoreKey? digestKey)
    {
        Revision = revision;
        ManifestRevision = manifestEntry?.ModRevision ?? 0;
        Manifest = manifest;
        this.digestKey = digestKey;
    }

    /// <summary>For <see cref="MultisetDigest.Of"/>; null if nothing can add up.</summary>
    public StoreKey? DigestKey => Manifest is null ? null : digestKey;

    public long Revision { get; }

    public long ManifestRevision { get; }

    public Manifest? Manifest { get; }

    public long Count { get; private set; }

    public MultisetDigest Digest { get; private set; }

    /// <summary>Records that the replica did not hold like this when the listing met them.</summary>
    public List<OpenedRecord> Changed { get; } = [];

    /// <summary>What cannot be as it is, whatever the replica holds.</summary>
    public List<Refusal> Refusals { get; } = [];

    public bool AddsUp => Manifest is not null && Manifest.Count == Count && Manifest.Digest == Digest;

    /// <param name="record">The next record.</param>
    /// <param name="digest">Its part of the sum.</param>
    public void Add(OpenedRecord record, MultisetDigest digest)
    {
        Count++;
        Digest += digest;
        if (Manifest is not null && record.Header.Version > Manifest.Version.Number)
        {
            Refusals.Add(new Refusal(
                record.Path, $"at most version {Manifest.Version.Number}, the manifest's", $"version {record.Header.Version} (the manifest was put back)"));
        }
    }
}
