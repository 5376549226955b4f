namespace Dkm.Testing.Storage;

/// <summary>What somebody with access to the store may do to it.</summary>
public enum Tampering
{
    RecordDeleted,
    RecordAltered,
    RecordsSwapped,
    RecordReplacedByOlder,
    RecordPutBack,
    RecordCopied,
    RecordForeign,
    ManifestDeleted,
    ManifestAltered,
    ManifestRolledBack,
    StoreKeyDeleted,
    StoreKeyAltered,
}
