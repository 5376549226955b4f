namespace Dkm.Storage;

/// <summary>A record as the store held it, opened.</summary>
/// <param name="Path">Below the service's prefix.</param>
/// <param name="Header">The authenticated header.</param>
/// <param name="Stamp">The start of the sealing's nonce: tells apart two sealings of one path and version.</param>
/// <param name="ModRevision">The store's revision that wrote it.</param>
/// <param name="Body">The service's bytes.</param>
internal sealed record OpenedRecord(string Path, RecordHeader Header, ulong Stamp, long ModRevision, byte[] Body)
{
    public Record ToRecord() => new(Path, Header.Type, Header.Version, Header.MinReader, Header.MinWriter, Body);
}
