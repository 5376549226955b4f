namespace Dkm.Benchmarks;

using System;
using System.Diagnostics;

/// <summary>A loop of one thread over one operation.</summary>
internal static class Loop
{
    /// <param name="unitsPerCall">1 to count operations, the size to count bytes.</param>
    public static Subject Of(string name, string unit, double unitsPerCall, Action operation) =>
        new(name, unit, time => Run(time, unitsPerCall, operation));

    private static Sample Run(TimeSpan time, double unitsPerCall, Action operation)
    {
        var batch = Calibrate(operation);
        var calls = 0L;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < time)
        {
            for (var i = 0; i < batch; i++)
            {
                operation();
            }

            calls += batch;
        }

        var elapsed = watch.Elapsed;
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        return new Sample(calls * unitsPerCall / elapsed.TotalSeconds, (double)allocated / calls);
    }

    // So many calls that a look at the clock costs nothing beside them.
    private static int Calibrate(Action operation)
    {
        var watch = Stopwatch.StartNew();
        operation();
        var once = Math.Max(watch.Elapsed.TotalMicroseconds, 0.1);
        return (int)Math.Clamp(500 / once, 1, 1000);
    }
}
