namespace Dkm.Audit;

using System;

/// <summary>
/// Pure: what may lie behind the last whole batch. A write that a crash interrupted leaves the file too short, or sectors that were never written and read as
/// zeros. Anything else is no trace of a crash, and bytes before a batch that is whole were on disk before it was written.
/// </summary>
internal static class TornTail
{
    private const int Sector = 512;

    /// <summary>Fewer zero bytes than this may well be what was written.</summary>
    private const int Telling = 16;

    /// <summary>Whether these bytes, which begin at <paramref name="offset"/> of the file, have a sector that was never written.</summary>
    public static bool HasUnwrittenSector(ReadOnlySpan<byte> rest, long offset)
    {
        while (!rest.IsEmpty)
        {
            var piece = (int)long.Min(rest.Length, Sector - (offset % Sector));
            if (piece >= Telling && rest[..piece].IndexOfAnyExcept((byte)0) < 0)
            {
                return true;
            }

            rest = rest[piece..];
            offset += piece;
        }

        return false;
    }

    /// <summary>Whether a batch of later records than <paramref name="next"/> begins somewhere in these bytes.</summary>
    public static bool HasLaterBatch(ReadOnlySpan<byte> rest, uint seed, long next)
    {
        while (true)
        {
            var found = rest.IndexOf(BatchFormat.Magic);
            if (found < 0 || rest.Length - found < BatchFormat.HeaderLength)
            {
                return false;
            }

            rest = rest[found..];
            if (BatchFormat.TryReadHeader(rest, seed, out var first, out _, out _) && first > next)
            {
                return true;
            }

            rest = rest[1..];
        }
    }
}
