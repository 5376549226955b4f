namespace Dkm.Core.Secrets;

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

/// <summary>A run of pages cut into cells of one size. Not thread-safe: <see cref="SecretMemory"/> guards it.</summary>
internal sealed unsafe class SecretSlab
{
    /// <summary>Bytes of an ordinary slab.</summary>
    public const int Size = 64 * 1024;

    private readonly nint start;
    private readonly Stack<nint> free;
    private readonly int cells;

    public SecretSlab(int length, int cellSize, out string? problem)
    {
        var page = Environment.SystemPageSize;
        Length = (length + page - 1) / page * page;
        CellSize = cellSize;
        start = (nint)NativeMemory.AlignedAlloc((nuint)Length, (nuint)page);
        new Span<byte>((void*)start, Length).Clear();
        IsLocked = PageLocks.TryLock(start, Length, out problem);
        IsUndumped = PageLocks.TryExcludeFromDumps(start, Length);

        cells = length / cellSize;
        free = new Stack<nint>(cells);
        for (var i = cells - 1; i >= 0; i--)
        {
            free.Push(start + (i * cellSize));
        }
    }

    public int Length { get; }

    public int CellSize { get; }

    public bool IsLocked { get; }

    public bool IsUndumped { get; }

    public bool IsFull => free.Count == 0;

    public bool IsEmpty => free.Count == cells;

    public nint Take() => free.Pop();

    public void Give(nint cell)
    {
        CryptographicOperations.ZeroMemory(new Span<byte>((void*)cell, CellSize));
        free.Push(cell);
    }

    public void Free()
    {
        // The pages go back to the allocator, which knows nothing of how they were marked.
        PageLocks.IncludeInDumps(start, Length, IsUndumped);
        PageLocks.Unlock(start, Length, IsLocked);
        NativeMemory.AlignedFree((void*)start);
    }
}
