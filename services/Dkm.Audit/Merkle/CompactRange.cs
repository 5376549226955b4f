namespace Dkm.Audit;

using System;
using System.Collections.Generic;
using System.Numerics;

/// <summary>A tree that grows at its right edge, of which only the roots of its largest full subtrees are kept: at most one for each bit of its size.</summary>
public sealed class CompactRange
{
    private const int Levels = 63;

    // Valid where the bit of that level is set in the size.
    private readonly AuditHash[] peaks = new AuditHash[Levels];

    /// <summary>How many leaves.</summary>
    public long Size { get; private set; }

    /// <summary>The root of the whole.</summary>
    public AuditHash Root
    {
        get
        {
            AuditHash? root = null;
            for (var rest = Size; rest != 0; rest &= rest - 1)
            {
                var peak = peaks[BitOperations.TrailingZeroCount(rest)];
                root = root is { } right ? MerkleHashing.Node(peak, right) : peak;
            }

            return root ?? MerkleHashing.Empty;
        }
    }

    /// <param name="size">How many leaves.</param>
    /// <param name="peaks">The full subtrees' roots, the largest (leftmost) first: as many as <paramref name="size"/> has bits set.</param>
    public static CompactRange Of(long size, IReadOnlyList<AuditHash> peaks)
    {
        ArgumentNullException.ThrowIfNull(peaks);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfNotEqual(peaks.Count, BitOperations.PopCount((ulong)size));
        var range = new CompactRange { Size = size };
        var next = peaks.Count;
        for (var rest = size; rest != 0; rest &= rest - 1)
        {
            range.peaks[BitOperations.TrailingZeroCount(rest)] = peaks[--next];
        }

        return range;
    }

    /// <summary>What <see cref="Of"/> takes.</summary>
    public IReadOnlyList<AuditHash> Peaks()
    {
        var all = new AuditHash[BitOperations.PopCount((ulong)Size)];
        var next = all.Length;
        for (var rest = Size; rest != 0; rest &= rest - 1)
        {
            all[--next] = peaks[BitOperations.TrailingZeroCount(rest)];
        }

        return all;
    }

    public CompactRange Copy() => Of(Size, Peaks());

    /// <summary>One leaf more.</summary>
    public void Append(AuditHash leaf, ITreeSink? sink = null)
    {
        sink?.Completed(0, Size, leaf);
        var level = 0;
        for (; ((Size >> level) & 1) != 0; level++)
        {
            leaf = MerkleHashing.Node(peaks[level], leaf);
            sink?.Completed(level + 1, Size >> (level + 1), leaf);
        }

        peaks[level] = leaf;
        Size++;
    }
}
