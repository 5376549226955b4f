namespace Dkm.Storage;

/// <summary>What a <see cref="StoreCompare"/> looks at.</summary>
public enum StoreCompareTarget
{
    ModRevision = 1,
    CreateRevision = 2,
}
