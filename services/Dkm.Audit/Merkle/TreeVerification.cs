namespace Dkm.Audit;

using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>Judges proofs that come from elsewhere (the algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2, whose trees are those of RFC 6962).</summary>
public static class TreeVerification
{
    /// <summary>Whether <paramref name="leaf"/> is at <paramref name="index"/> in the tree of <paramref name="size"/> leaves with this root.</summary>
    public static bool Inclusion(AuditHash leaf, long index, long size, IReadOnlyList<AuditHash> proof, AuditHash root)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (index < 0 || index >= size)
        {
            return false;
        }

        var (node, last, hash) = (index, size - 1, leaf);
        foreach (var sibling in proof)
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                hash = MerkleHashing.Node(sibling, hash);
                (node, last) = UpToRightChild(node, last);
            }
            else
            {
                hash = MerkleHashing.Node(hash, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && hash == root;
    }

    /// <summary>Whether the tree of <paramref name="second"/> leaves begins with the tree of <paramref name="first"/> leaves.</summary>
    public static bool Consistency(long first, long second, AuditHash firstRoot, AuditHash secondRoot, IReadOnlyList<AuditHash> proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        if (first < 0 || first > second)
        {
            return false;
        }

        if (first == second || first == 0)
        {
            return proof.Count == 0 && (first == second ? firstRoot == secondRoot : firstRoot == MerkleHashing.Empty);
        }

        // A first tree that is one full subtree is its own start and is left out of the proof.
        var path = (first & (first - 1)) == 0 ? [firstRoot, .. proof] : proof;
        if (path.Count == 0)
        {
            return false;
        }

        var (node, last) = (first - 1, second - 1);
        while ((node & 1) == 1)
        {
            (node, last) = (node >> 1, last >> 1);
        }

        return Climb(node, last, path, firstRoot, secondRoot);
    }

    private static bool Climb(long node, long last, IReadOnlyList<AuditHash> path, AuditHash firstRoot, AuditHash secondRoot)
    {
        var (before, after) = (path[0], path[0]);
        foreach (var sibling in path.Skip(1))
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                before = MerkleHashing.Node(sibling, before);
                after = MerkleHashing.Node(sibling, after);
                (node, last) = UpToRightChild(node, last);
            }
            else
            {
                after = MerkleHashing.Node(after, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && before == firstRoot && after == secondRoot;
    }

    /// <summary>At the right edge of a tree that is not full, levels without a sibling are passed over.</summary>
    private static (long Node, long Last) UpToRightChild(long node, long last)
    {
        while ((node & 1) == 0 && node != 0)
        {
            (node, last) = (node >> 1, last >> 1);
        }

        return (node, last);
    }
}
