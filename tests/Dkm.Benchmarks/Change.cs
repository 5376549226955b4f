namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;

/// <summary>One change from the administrator's call to its being there at each of those that it concerns.</summary>
internal sealed class Change
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly IReadOnlyList<BenchHolder> holders;
    private readonly long start;
    private long answer;
    private long[] there = [];

    private Change(IReadOnlyList<BenchHolder> holders)
    {
        this.holders = holders;
        foreach (var holder in holders)
        {
            holder.Forget();
        }

        start = Stopwatch.GetTimestamp();
    }

    /// <summary>Milliseconds of the administrator's call.</summary>
    public double Call => Milliseconds(start, answer);

    /// <summary>Milliseconds from the answer to the last holder; 0 if all had it before the answer had arrived.</summary>
    public double FromAnswer => Math.Max(0, Milliseconds(answer, there.Max()));

    /// <summary>Milliseconds from before the call to the last holder.</summary>
    public double FromStart => Milliseconds(start, there.Max());

    /// <summary>The same to each holder.</summary>
    public IEnumerable<double> EachFromStart => there.Select(at => Milliseconds(start, at));

    public static Change Begin(IReadOnlyList<BenchHolder> holders) => new(holders);

    /// <summary>Called when the call was answered. What it waits for has its time already; the waiting adds none.</summary>
    public async Task<Change> UntilAsync(Func<BenchHolder, long?> when)
    {
        answer = Stopwatch.GetTimestamp();
        await WaitAsync(() => holders.All(holder => when(holder) is not null));
        there = [.. holders.Select(holder => when(holder)!.Value)];
        return this;
    }

    public static async Task WaitAsync(Func<bool> condition)
    {
        for (var watch = Stopwatch.StartNew(); !condition();)
        {
            await (watch.Elapsed < Limit ? Task.Delay(5) : throw new TimeoutException("a holder did not get what it should"));
        }
    }

    private static double Milliseconds(long from, long to) => (to - from) * 1000.0 / Stopwatch.Frequency;
}
