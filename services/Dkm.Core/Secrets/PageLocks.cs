namespace Dkm.Core.Secrets;

using System;
using System.Globalization;
using System.Runtime.InteropServices;

/// <summary>Keeps pages out of swap (Linux, macOS, Windows) and out of core dumps (Linux).</summary>
internal static partial class PageLocks
{
    private const int DontDump = 16;
    private const int DoDump = 17;

    public static bool TryLock(nint start, int length, out string? problem)
    {
        problem = null;
        if (OperatingSystem.IsWindows())
        {
            if (VirtualLock(start, (nuint)length))
            {
                return true;
            }

            problem = Describe("VirtualLock", length, "raise the minimum working set of the process");
            return false;
        }

        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            if (LockPages(start, (nuint)length) == 0)
            {
                return true;
            }

            problem = Describe("mlock", length, "raise the limit of locked memory (ulimit -l, LimitMEMLOCK=) or grant CAP_IPC_LOCK");
            return false;
        }

        problem = "this system offers no locking of memory";
        return false;
    }

    public static void Unlock(nint start, int length, bool wasLocked)
    {
        // Unlocking can only fail for pages that are not locked or not there, and then there is nothing to undo.
        if (wasLocked && OperatingSystem.IsWindows())
        {
            _ = VirtualUnlock(start, (nuint)length);
        }
        else if (wasLocked)
        {
            _ = UnlockPages(start, (nuint)length);
        }
    }

    public static bool TryExcludeFromDumps(nint start, int length) =>
        OperatingSystem.IsLinux() && Advise(start, (nuint)length, DontDump) == 0;

    public static void IncludeInDumps(nint start, int length, bool wasExcluded)
    {
        if (wasExcluded)
        {
            _ = Advise(start, (nuint)length, DoDump);
        }
    }

    private static string Describe(string call, int length, string remedy)
    {
        var error = Marshal.GetLastPInvokeError();
        return string.Create(
            CultureInfo.InvariantCulture, $"{call} of {length} bytes failed with error {error} ({Marshal.GetPInvokeErrorMessage(error)}): {remedy}");
    }

    [LibraryImport("libc", EntryPoint = "mlock", SetLastError = true)]
    private static partial int LockPages(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "munlock")]
    private static partial int UnlockPages(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);

    [LibraryImport("kernel32", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool VirtualLock(nint address, nuint length);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool VirtualUnlock(nint address, nuint length);
}
