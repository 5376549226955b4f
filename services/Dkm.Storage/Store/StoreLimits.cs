namespace Dkm.Storage;

/// <summary>What every store holds to, so that what works on one works on all. They are etcd's defaults, with room for its own overhead.</summary>
public static class StoreLimits
{
    /// <summary>Compares of a transaction, and writes of a transaction (etcd: <c>--max-txn-ops</c>).</summary>
    public const int MaximumOperations = 128;

    /// <summary>Bytes of all paths and values of a transaction (etcd: <c>--max-request-bytes</c> is 1.5 MiB).</summary>
    public const int MaximumTransactionBytes = 1_400_000;

    /// <summary>Characters of a path.</summary>
    public const int MaximumPathLength = 1024;

    /// <summary>Entries of a page.</summary>
    public const int MaximumPageSize = 10_000;
}
