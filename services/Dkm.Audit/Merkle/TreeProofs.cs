namespace Dkm.Audit;

using System;
using System.Collections.Generic;
using System.Numerics;

/// <summary>Makes the proofs of RFC 6962 sections 2.1.1 and 2.1.2, each from a few stored nodes for every level of the tree.</summary>
public static class TreeProofs
{
    /// <summary>That the leaf <paramref name="index"/> is in the tree of the first <paramref name="size"/> leaves; from its sibling up.</summary>
    public static IReadOnlyList<AuditHash> Inclusion(ITreeNodes nodes, long index, long size)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var proof = new List<AuditHash>();
        var (begin, end) = (0L, size);
        while (end - begin > 1)
        {
            var middle = begin + Split(end - begin);
            if (index < middle)
            {
                proof.Add(Root(nodes, middle, end));
                end = middle;
            }
            else
            {
                proof.Add(Root(nodes, begin, middle));
                begin = middle;
            }
        }

        proof.Reverse();
        return proof;
    }

    /// <summary>That the tree of the first <paramref name="second"/> leaves begins with that of the first <paramref name="first"/>. Empty from nothing, and to itself.</summary>
    public static IReadOnlyList<AuditHash> Consistency(ITreeNodes nodes, long first, long second)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, second);
        var proof = new List<AuditHash>();
        if (first == 0 || first == second)
        {
            return proof;
        }

        var (begin, end) = (0L, second);
        while (first != end)
        {
            var middle = begin + Split(end - begin);
            if (first <= middle)
            {
                proof.Add(Root(nodes, middle, end));
                end = middle;
            }
            else
            {
                proof.Add(Root(nodes, begin, middle));
                begin = middle;
            }
        }

        // SUBPROOF's last step: a subtree that is the whole first tree is known to who verifies.
        if (begin != 0)
        {
            proof.Add(Root(nodes, begin, end));
        }

        proof.Reverse();
        return proof;
    }

    /// <summary>The root of the leaves from <paramref name="begin"/> to before <paramref name="end"/>, which make a subtree of some tree.</summary>
    public static AuditHash Root(ITreeNodes nodes, long begin, long end)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        AuditHash? root = null;
        for (var rest = end - begin; rest != 0; rest &= rest - 1)
        {
            // The smallest full subtree ends where what was taken already begins.
            var level = BitOperations.TrailingZeroCount(rest);
            var peak = nodes.Node(level, ((begin + rest) >> level) - 1);
            root = root is { } right ? MerkleHashing.Node(peak, right) : peak;
        }

        return root ?? MerkleHashing.Empty;
    }

    /// <summary>The largest power of two below <paramref name="size"/>, which is at least 2.</summary>
    private static long Split(long size) => 1L << (63 - BitOperations.LeadingZeroCount((ulong)(size - 1)));
}
