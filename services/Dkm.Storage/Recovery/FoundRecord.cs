namespace Dkm.Storage;

/// <summary>What a recovery finds at a record's path.</summary>
/// <param name="ModRevision">The store's revision that wrote it.</param>
/// <param name="Version">Its record version; 0 if it does not open.</param>
/// <param name="Stamp">Which sealing of that version.</param>
internal readonly record struct FoundRecord(long ModRevision, long Version, ulong Stamp)
{
    public bool Opens => Version > 0;
}
