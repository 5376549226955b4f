namespace Dkm.Storage;

using System;

/// <summary>The history asked for is gone. Take a new snapshot.</summary>
public sealed class StoreCompactedException : Exception
{
    /// <param name="compactRevision">The oldest revision that can still be read.</param>
    public StoreCompactedException(long compactRevision)
        : base($"the store's history before revision {compactRevision} is gone") => CompactRevision = compactRevision;

    /// <summary>The oldest revision that can still be read.</summary>
    public long CompactRevision { get; }
}
