namespace Dkm.Core;

using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Threading;

/// <summary>
/// <c>getrandom</c> without entering the kernel (Linux 6.11 and up). The generator's code and state layout are the kernel's; on each call it
/// compares its generation with the kernel's, so it is re-seeded whenever the kernel's is, also after a clone of the machine, and its memory is
/// wiped on fork and never swapped. A C library that knows of it (glibc 2.41) does the same behind <c>getrandom</c>; this makes it so with older
/// ones, where a system call per message is most of the cost of a message.
/// </summary>
internal static unsafe partial class VdsoRandom
{
    private const int PageSize = 4096;

    private static readonly Lock Gate = new();
    private static readonly Stack<nint> Free = new();
    private static readonly delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, nuint, uint, void*, nuint, nint> Function = Find();
    private static readonly Parameters Layout = Ask();

    [ThreadStatic]
    private static ThreadState? current;

    /// <summary>The kernel offers it and it works.</summary>
    public static bool IsAvailable => Layout.StateSize is > 0 and <= PageSize;

    /// <summary>Fills at most 256 bytes; false if the system call has to do it.</summary>
    public static bool TryFill(Span<byte> piece)
    {
        if (!IsAvailable)
        {
            return false;
        }

        var state = (current ??= new ThreadState()).Pointer;
        fixed (byte* start = piece)
        {
            return state != 0 && Function(start, (nuint)piece.Length, 0, (void*)state, Layout.StateSize) == piece.Length;
        }
    }

    private static delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, nuint, uint, void*, nuint, nint> Find()
    {
        // The vDSO is mapped into every process; this only gets a handle to it.
        if (OperatingSystem.IsLinux() && Environment.Is64BitProcess && Environment.SystemPageSize >= PageSize
            && NativeLibrary.TryLoad("linux-vdso.so.1", out var library)
            && (NativeLibrary.TryGetExport(library, "__vdso_getrandom", out var address)
                || NativeLibrary.TryGetExport(library, "__kernel_getrandom", out address)))
        {
            return (delegate* unmanaged[Cdecl, SuppressGCTransition]<byte*, nuint, uint, void*, nuint, nint>)address;
        }

        return null;
    }

    // The kernel's convention: a state size of all ones asks how states are to be allocated.
    private static Parameters Ask()
    {
        Parameters parameters = default;
        return Function is not null && Function(null, 0, 0, &parameters, nuint.MaxValue) == 0 ? parameters : default;
    }

    private static nint Rent()
    {
        lock (Gate)
        {
            if (Free.Count == 0)
            {
                var page = Map(0, PageSize, (int)Layout.Protection, (int)Layout.MapFlags, -1, 0);
                if (page is 0 or -1)
                {
                    return 0;
                }

                // A state must not straddle pages: the kernel may drop a page at any time, and a state is whole or gone.
                for (var offset = 0; offset + (int)Layout.StateSize <= PageSize; offset += (int)Layout.StateSize)
                {
                    Free.Push(page + offset);
                }
            }

            return Free.Pop();
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    /// <summary><c>struct vgetrandom_opaque_params</c>.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    private readonly struct Parameters
    {
        public readonly uint StateSize;
        public readonly uint Protection;
        public readonly uint MapFlags;
    }

    // A state serves one thread at a time; it is used again once its thread is gone.
    private sealed class ThreadState
    {
        public readonly nint Pointer = Rent();

        ~ThreadState()
        {
            if (Pointer != 0)
            {
                lock (Gate)
                {
                    Free.Push(Pointer);
                }
            }
        }
    }
}
