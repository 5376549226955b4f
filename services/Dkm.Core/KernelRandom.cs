namespace Dkm.Core;

using System;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

/// <summary>
/// The one source of chance: the kernel, asked for each message. A generator with a buffer of its own hands out the same bytes twice after its
/// process was copied with its virtual machine; the kernel's is re-seeded where it is told of that. On Linux this is <c>getrandom</c>, through
/// the kernel's own vDSO where there is one (<see cref="VdsoRandom"/>), else the system call.
/// </summary>
public static partial class KernelRandom
{
    // The kernel fills up to 256 bytes in one piece; longer requests may be interrupted by a signal and come back short.
    private const int Piece = 256;

    // Once a call has succeeded the kernel's pool is ready, and no later one blocks.
    private static readonly bool SystemCall = OperatingSystem.IsLinux() && TrySystemCall();

    /// <summary>Fills <paramref name="destination"/> with random bytes.</summary>
    public static void Fill(Span<byte> destination)
    {
        while (SystemCall && !destination.IsEmpty)
        {
            var piece = destination.Length <= Piece ? destination : destination[..Piece];
            if (!VdsoRandom.TryFill(piece) && !TrySystemCall(piece))
            {
                break;
            }

            destination = destination[piece.Length..];
        }

        if (!destination.IsEmpty)
        {
            RandomNumberGenerator.Fill(destination);
        }
    }

    private static bool TrySystemCall()
    {
        try
        {
            return TrySystemCall(stackalloc byte[1]);
        }
        catch (Exception absent) when (absent is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    private static unsafe bool TrySystemCall(Span<byte> piece)
    {
        fixed (byte* start = piece)
        {
            return GetRandom(start, (nuint)piece.Length, 0) == piece.Length;
        }
    }

    [LibraryImport("libc", EntryPoint = "getrandom")]
    private static unsafe partial nint GetRandom(byte* buffer, nuint length, uint flags);
}
