namespace Dkm.Core.Backups;

using System;

/// <summary>What a backup's file begins with and consists of (docs/BACKUP.md). Frozen.</summary>
public static class BackupFormat
{
    /// <summary>The number in the header of each section.</summary>
    public const int Version = 1;

    /// <summary>Bytes of <see cref="Magic"/>.</summary>
    public const int MagicSize = 8;

    /// <summary>Bytes that the frame of a header or a trailer has at most.</summary>
    public const int MaximumHeader = 64 * 1024;

    private const int MaximumId = 64;

    /// <summary>The first bytes of the file: <c>"DKMBACK" 01</c>.</summary>
    public static ReadOnlySpan<byte> Magic => "DKMBACK\u0001"u8;

    /// <summary>1 to 64 letters, digits and hyphens.</summary>
    public static bool IsId(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Length is > 0 and <= MaximumId && Array.TrueForAll(id.ToCharArray(), c => char.IsAsciiLetterOrDigit(c) || c == '-');
    }
}
