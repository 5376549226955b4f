namespace Dkm.Storage;

using System;
using System.Buffers;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>The installation's id: 16 random bytes in hexadecimal, written once by whoever comes first.</summary>
internal static class ClusterIdentity
{
    private const int Length = 32;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    public static async Task<string> EnsureAsync(IRevisionedStore store, HighWater highWater, CancellationToken cancellationToken)
    {
        var found = (await store.GetAsync(StorePath.Cluster, 0, cancellationToken)).Entry;
        if (found is null)
        {
            // Before an id is made: a store that was emptied is no new one to who has seen it full.
            highWater.CheckInstallation(null);
            var commit = await store.CommitAsync(
                new StoreTransaction
                {
                    Compares = [StoreCompare.Absent(StorePath.Cluster)],
                    Puts = [new StorePut(StorePath.Cluster, Encoding.ASCII.GetBytes(NewId()))],
                },
                cancellationToken);
            found = commit.Succeeded ? (await store.GetAsync(StorePath.Cluster, 0, cancellationToken)).Entry : commit.Current[0];
        }

        var id = found is null ? string.Empty : Encoding.ASCII.GetString(found.Value.Span);
        if (!IsId(id))
        {
            throw StoreErrors.Refused($"{StorePath.Cluster}: expected the installation's id, found something else");
        }

        highWater.CheckInstallation(id);
        return id;
    }

    public static bool IsId(string id) => id.Length == Length && !id.AsSpan().ContainsAnyExcept(Hexadecimal);

    private static string NewId()
    {
        Span<byte> bytes = stackalloc byte[Length / 2];
        KernelRandom.Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
