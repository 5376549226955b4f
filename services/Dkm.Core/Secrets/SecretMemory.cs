namespace Dkm.Core.Secrets;

using System.Collections.Generic;
using System.Numerics;
using System.Threading;

/// <summary>
/// The pages in which secrets lie: pinned, locked, excluded from dumps. Says whether that worked; a failure is never fatal here. Pages are cut into
/// cells, because what a process may lock is often 8 MiB and a page for each key would use that up after 2,048 keys.
/// </summary>
public static class SecretMemory
{
    private const int SmallestCell = 32;
    private const int LargestCell = 4096;

    private static readonly Lock Gate = new();

    // Per cell size the slabs that have a free cell. A full slab is known by its secrets alone.
    private static readonly List<SecretSlab>[] Open = CreateClasses();

    private static long lockedBytes;
    private static long totalBytes;
    private static long undumpedBytes;
    private static string? failure;

    /// <summary>The state of things now. Sets the first pages aside if there are none yet, so that the answer means something at start.</summary>
    public static SecretMemoryStatus Status
    {
        get
        {
            lock (Gate)
            {
                if (totalBytes == 0)
                {
                    Open[0].Add(Allocate(SecretSlab.Size, SmallestCell));
                }

                return new SecretMemoryStatus(
                    lockedBytes == totalBytes, lockedBytes, totalBytes, undumpedBytes == totalBytes, lockedBytes == totalBytes ? null : failure);
            }
        }
    }

    internal static nint Rent(int length, out SecretSlab slab)
    {
        lock (Gate)
        {
            if (length > LargestCell)
            {
                slab = Allocate(length, length);
                return slab.Take();
            }

            var open = Open[ClassOf(length)];
            if (open.Count == 0)
            {
                open.Add(Allocate(SecretSlab.Size, SmallestCell << ClassOf(length)));
            }

            slab = open[^1];
            var cell = slab.Take();
            if (slab.IsFull)
            {
                open.RemoveAt(open.Count - 1);
            }

            return cell;
        }
    }

    internal static void Return(SecretSlab slab, nint cell)
    {
        lock (Gate)
        {
            var wasFull = slab.IsFull;
            slab.Give(cell);
            if (slab.CellSize > LargestCell)
            {
                Release(slab);
                return;
            }

            var open = Open[ClassOf(slab.CellSize)];
            if (wasFull)
            {
                open.Add(slab);
            }

            // One empty slab of each size is kept, so that a secret that comes and goes does not lock and unlock pages each time.
            if (slab.IsEmpty && open.Count > 1)
            {
                open.Remove(slab);
                Release(slab);
            }
        }
    }

    private static SecretSlab Allocate(int length, int cellSize)
    {
        var slab = new SecretSlab(length, cellSize, out var problem);
        totalBytes += slab.Length;
        lockedBytes += slab.IsLocked ? slab.Length : 0;
        undumpedBytes += slab.IsUndumped ? slab.Length : 0;
        failure = problem ?? failure;
        return slab;
    }

    private static void Release(SecretSlab slab)
    {
        totalBytes -= slab.Length;
        lockedBytes -= slab.IsLocked ? slab.Length : 0;
        undumpedBytes -= slab.IsUndumped ? slab.Length : 0;
        slab.Free();
    }

    private static int ClassOf(int length) => length <= SmallestCell ? 0 : BitOperations.Log2((uint)(length - 1)) - BitOperations.Log2(SmallestCell) + 1;

    private static List<SecretSlab>[] CreateClasses()
    {
        var classes = new List<SecretSlab>[ClassOf(LargestCell) + 1];
        for (var i = 0; i < classes.Length; i++)
        {
            classes[i] = [];
        }

        return classes;
    }
}
