namespace Dkm.Audit;

using System;
using System.Security.Cryptography;

/// <summary>RFC 6962 section 2.1. The prefixes keep a leaf from being taken for a node.</summary>
public static class MerkleHashing
{
    internal const byte LeafPrefix = 0;
    internal const byte NodePrefix = 1;

    /// <summary>The root of the tree without leaves.</summary>
    public static AuditHash Empty { get; } = AuditHash.Read(SHA256.HashData([]));

    /// <summary>SHA-256(0x00 ‖ entry).</summary>
    public static AuditHash Leaf(ReadOnlySpan<byte> entry)
    {
        var prefixed = new byte[1 + entry.Length];
        entry.CopyTo(prefixed.AsSpan(1));
        return PrefixedLeaf(prefixed);
    }

    /// <summary>SHA-256(0x01 ‖ left ‖ right).</summary>
    public static AuditHash Node(AuditHash left, AuditHash right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * AuditHash.Size)];
        input[0] = NodePrefix;
        left.Write(input[1..]);
        right.Write(input[(1 + AuditHash.Size)..]);
        return Hash(input);
    }

    /// <param name="prefixed">The entry with the prefix 0x00 before it already, as records lie in their file: nothing is copied.</param>
    internal static AuditHash PrefixedLeaf(ReadOnlySpan<byte> prefixed) => Hash(prefixed);

    private static AuditHash Hash(ReadOnlySpan<byte> input)
    {
        Span<byte> digest = stackalloc byte[AuditHash.Size];
        SHA256.HashData(input, digest);
        return AuditHash.Read(digest);
    }
}
