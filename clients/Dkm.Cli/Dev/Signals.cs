namespace Dkm.Cli.Dev;

using System;
using System.Diagnostics;
using System.Runtime.InteropServices;

/// <summary>.NET can end a process, but can't ask it to stop.</summary>
internal static partial class Signals
{
    private const int Sigterm = 15;

    public static void Terminate(Process process)
    {
        if (OperatingSystem.IsWindows())
        {
            // Ctrl-C went to the whole console already.
            return;
        }

        // An error means that it has ended: what was wanted.
        _ = Kill(process.Id, Sigterm);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
