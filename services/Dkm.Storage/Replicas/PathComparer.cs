namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Text;

/// <summary>Paths are ASCII, and a replica keeps a million of them: as bytes they take half of what they take as strings. They are still looked up by strings.</summary>
internal sealed class PathComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<char>, byte[]>
{
    public static PathComparer Instance { get; } = new();

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] obj)
    {
        // Seeded anew in every process: whoever writes the store chooses paths.
        var hash = default(HashCode);
        hash.AddBytes(obj);
        return hash.ToHashCode();
    }

    public bool Equals(ReadOnlySpan<char> alternate, byte[] other) => Ascii.Equals(other, alternate);

    public int GetHashCode(ReadOnlySpan<char> alternate)
    {
        if (alternate.Length > StoreLimits.MaximumPathLength)
        {
            // Nothing of ours has such a path; whoever writes the store may have made one.
            return 0;
        }

        Span<byte> bytes = stackalloc byte[StoreLimits.MaximumPathLength];
        var hash = default(HashCode);
        hash.AddBytes(bytes[..Encoding.Latin1.GetBytes(alternate, bytes)]);
        return hash.ToHashCode();
    }

    public byte[] Create(ReadOnlySpan<char> alternate)
    {
        var bytes = new byte[alternate.Length];
        Encoding.Latin1.GetBytes(alternate, bytes);
        return bytes;
    }
}
