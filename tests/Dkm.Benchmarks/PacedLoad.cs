namespace Dkm.Benchmarks;

using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

/// <summary>Callers that together make so many calls a second, each in its own time: none waits for another, and a slow answer is not followed by fewer calls.</summary>
internal sealed class PacedLoad : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly Task callers;
    private long calls;

    public PacedLoad(int count, double perSecond, Func<int, Task> call)
    {
        var interval = TimeSpan.FromSeconds(count / perSecond);
        callers = Task.WhenAll(Enumerable.Range(0, count).Select(caller => Task.Run(async () =>
        {
            var next = interval * caller / count;
            for (var i = caller; !stop.IsCancellationRequested; i += count)
            {
                var wait = next - watch.Elapsed;
                await (wait > TimeSpan.Zero ? Task.Delay(wait) : Task.CompletedTask);
                await call(i);
                Interlocked.Increment(ref calls);
                next += interval;
            }
        })));
    }

    /// <summary>What it came to. A call that failed has ended the load, and shows at the dispose.</summary>
    public double PerSecond => Interlocked.Read(ref calls) / watch.Elapsed.TotalSeconds;

    /// <summary>How many calls of such callers, one after the other without a pause, are answered in a second.</summary>
    public static async Task<double> MostAsync(int count, TimeSpan time, Func<int, Task> call)
    {
        var calls = 0L;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, count).Select(caller => Task.Run(async () =>
        {
            for (var i = caller; watch.Elapsed < time; i += count)
            {
                await call(i);
                Interlocked.Increment(ref calls);
            }
        })));
        return calls / watch.Elapsed.TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await callers;
        stop.Dispose();
    }
}
