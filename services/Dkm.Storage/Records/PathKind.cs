namespace Dkm.Storage;

/// <summary>What lies at a path below a service's prefix.</summary>
internal enum PathKind
{
    /// <summary>A sealed record that the manifest counts.</summary>
    Record,

    /// <summary>The manifest.</summary>
    Manifest,

    /// <summary>A wrapped store key.</summary>
    StoreKey,

    /// <summary>Something under a lease, which no manifest counts.</summary>
    Leased,
}
