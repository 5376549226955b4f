namespace Dkm.Client;

using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

/// <summary>
/// The system's clock, with time stamps that go on while the machine sleeps. A lease counted on a clock that stands still in a suspended laptop
/// or a paused guest would end too late: Linux <c>CLOCK_BOOTTIME</c>, macOS <c>CLOCK_MONOTONIC_RAW</c>, Windows <c>GetTickCount64</c> count that time;
/// elsewhere it is the base class's monotonic clock.
/// </summary>
public sealed partial class BootClock : TimeProvider
{
    private const int LinuxBootTime = 7;
    private const int DarwinMonotonicRaw = 4;
    private const long NanosecondsPerSecond = 1_000_000_000;

    private static readonly Source Kind =
        OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? Source.Linux
        : OperatingSystem.IsMacOS() ? Source.Darwin
        : OperatingSystem.IsWindows() ? Source.Windows
        : Source.Base;

    private BootClock()
    {
    }

    private enum Source
    {
        Base,
        Linux,
        Darwin,
        Windows,
    }

    /// <summary>The one clock of this process.</summary>
    public static BootClock Instance { get; } = new();

    /// <inheritdoc/>
    public override long TimestampFrequency => Kind switch
    {
        Source.Linux or Source.Darwin => NanosecondsPerSecond,
        Source.Windows => 1000,
        _ => base.TimestampFrequency,
    };

    /// <inheritdoc/>
    public override long GetTimestamp() => Kind switch
    {
        Source.Linux => ReadLinux(),
        Source.Darwin => ReadDarwin(),
        Source.Windows => ReadWindows(),
        _ => base.GetTimestamp(),
    };

    // Not inlined, each of the three: with SuppressGCTransition the optimizing compiler looks the function up when it compiles the method that calls it,
    // and on any one system two of the three libraries do not exist.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static unsafe long ReadLinux()
    {
        TimeSpec now;
        return ReadClock(LinuxBootTime, &now) == 0
            ? (now.Seconds * NanosecondsPerSecond) + now.Nanoseconds
            : throw new NotSupportedException("this kernel has no CLOCK_BOOTTIME");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long ReadDarwin() => (long)ReadDarwinClock(DarwinMonotonicRaw);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long ReadWindows() => (long)ReadWindowsTicks();

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    private static unsafe partial int ReadClock(int clock, TimeSpec* time);

    [LibraryImport("libSystem", EntryPoint = "clock_gettime_nsec_np")]
    [SuppressGCTransition]
    private static partial ulong ReadDarwinClock(int clock);

    [LibraryImport("kernel32", EntryPoint = "GetTickCount64")]
    [SuppressGCTransition]
    private static partial ulong ReadWindowsTicks();

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct TimeSpec
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
