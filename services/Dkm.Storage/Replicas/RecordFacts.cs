namespace Dkm.Storage;

/// <summary>All that the replica keeps of a record; with 32 bytes, a million of them is no burden.</summary>
/// <param name="Version">Its record version.</param>
/// <param name="Stamp">Which sealing of that version.</param>
/// <param name="ModRevision">The store's revision that wrote it.</param>
/// <param name="MinReader">Never lowered by a rewrite.</param>
/// <param name="MinWriter">Never lowered by a rewrite; a writer below it leaves the record alone.</param>
internal readonly record struct RecordFacts(long Version, ulong Stamp, long ModRevision, ushort MinReader, ushort MinWriter)
{
    /// <summary>The last full listing that met the record.</summary>
    public int Listing { get; init; }

    public static RecordFacts Of(OpenedRecord record) => new(
        record.Header.Version, record.Stamp, record.ModRevision, (ushort)record.Header.MinReader, (ushort)record.Header.MinWriter);

    public bool IsSameSealing(OpenedRecord record) => Version == record.Header.Version && Stamp == record.Stamp;
}
