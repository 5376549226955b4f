namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>If every compare holds, all puts and deletes at one revision; else nothing at all. No path is written twice in it.</summary>
public sealed record StoreTransaction
{
    public IReadOnlyList<StoreCompare> Compares { get; init; } = [];

    public IReadOnlyList<StorePut> Puts { get; init; } = [];

    public IReadOnlyList<string> Deletes { get; init; } = [];

    /// <summary>Bytes of all paths and values.</summary>
    public long Size =>
        Compares.Sum(compare => (long)compare.Path.Length) + Puts.Sum(put => (long)put.Path.Length + put.Value.Length) + Deletes.Sum(path => (long)path.Length);

    /// <summary>Every store calls this first, so that all refuse the same things.</summary>
    /// <exception cref="ArgumentException">It is over a limit or writes a path twice.</exception>
    public void Check()
    {
        if (Compares.Count > StoreLimits.MaximumOperations || Puts.Count + Deletes.Count > StoreLimits.MaximumOperations)
        {
            throw new ArgumentException($"a transaction has at most {StoreLimits.MaximumOperations} compares and as many writes");
        }

        foreach (var compare in Compares)
        {
            StorePath.Check(compare.Path);
        }

        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var put in Puts)
        {
            CheckWritten(written, put.Path);
        }

        foreach (var path in Deletes)
        {
            CheckWritten(written, path);
        }

        if (Size > StoreLimits.MaximumTransactionBytes)
        {
            throw new ArgumentException($"a transaction of {Size} bytes is over the limit of {StoreLimits.MaximumTransactionBytes}");
        }
    }

    private static void CheckWritten(HashSet<string> written, string path)
    {
        StorePath.Check(path);
        if (!written.Add(path))
        {
            throw new ArgumentException($"a transaction writes {path} twice");
        }
    }
}
