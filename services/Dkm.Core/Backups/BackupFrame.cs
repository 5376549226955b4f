namespace Dkm.Core.Backups;

using System;
using System.Buffers.Binary;

/// <summary>The head of a frame, of which a backup's sections are made (docs/BACKUP.md): <c>part:1 ‖ length of what follows:4</c>, big-endian.</summary>
/// <param name="Part">What follows.</param>
/// <param name="Length">How many bytes of it.</param>
public readonly record struct BackupFrame(BackupPart Part, int Length)
{
    /// <summary>Bytes of the head.</summary>
    public const int HeadSize = 5;

    /// <summary>More than any store takes for one value.</summary>
    public const int MaximumLength = 2 * 1024 * 1024;

    /// <summary>False if it is no head of a frame.</summary>
    /// <param name="source"><see cref="HeadSize"/> bytes or more.</param>
    /// <param name="frame">The head.</param>
    public static bool TryRead(ReadOnlySpan<byte> source, out BackupFrame frame)
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(source[1..]);
        frame = new BackupFrame((BackupPart)source[0], (int)Math.Min(length, int.MaxValue));
        return frame.Part is >= BackupPart.Header and <= BackupPart.Trailer && length <= MaximumLength;
    }

    public void Write(Span<byte> destination)
    {
        destination[0] = (byte)Part;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)Length);
    }
}
