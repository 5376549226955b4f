namespace Dkm.UnitTests.Audit;

using System.Collections.Generic;
using System.Linq;
using Dkm.Audit;

/// <summary>RFC 6962 section 2.1 word for word, over leaves in a list: slow, and nothing of ours is in it but the two hashes.</summary>
internal sealed class ListedLeaves(IReadOnlyList<AuditHash> leaves) : ITreeNodes
{
    public static ListedLeaves Of(int count) => new(Enumerable.Range(0, count).Select(i => MerkleHashing.Leaf([(byte)i, (byte)(i >> 8)])).ToList());

    public IReadOnlyList<AuditHash> Leaves => leaves;

    public static AuditHash Root(IReadOnlyList<AuditHash> leaves)
    {
        if (leaves.Count == 0)
        {
            return MerkleHashing.Empty;
        }

        var k = Split(leaves.Count);
        return leaves.Count == 1 ? leaves[0] : MerkleHashing.Node(Root(leaves.Take(k).ToList()), Root(leaves.Skip(k).ToList()));
    }

    /// <summary>PATH(m, D[n]).</summary>
    public static IReadOnlyList<AuditHash> Inclusion(int m, IReadOnlyList<AuditHash> leaves)
    {
        if (leaves.Count == 1)
        {
            return [];
        }

        var k = Split(leaves.Count);
        var (left, right) = (leaves.Take(k).ToList(), leaves.Skip(k).ToList());
        return m < k ? [.. Inclusion(m, left), Root(right)] : [.. Inclusion(m - k, right), Root(left)];
    }

    /// <summary>SUBPROOF(m, D[n], b).</summary>
    public static IReadOnlyList<AuditHash> Consistency(int m, IReadOnlyList<AuditHash> leaves, bool whole = true)
    {
        if (m == leaves.Count)
        {
            return whole ? [] : [Root(leaves)];
        }

        var k = Split(leaves.Count);
        var (left, right) = (leaves.Take(k).ToList(), leaves.Skip(k).ToList());
        return m <= k ? [.. Consistency(m, left, whole), Root(right)] : [.. Consistency(m - k, right, whole: false), Root(left)];
    }

    public AuditHash Node(int level, long index) => Root(leaves.Skip((int)(index << level)).Take(1 << level).ToList());

    private static int Split(int count)
    {
        var k = 1;
        while (k * 2 < count)
        {
            k *= 2;
        }

        return k;
    }
}
