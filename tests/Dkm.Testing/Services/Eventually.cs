namespace Dkm.Testing.Services;

using System;
using System.Diagnostics;
using System.Threading.Tasks;
using Xunit;

/// <summary>Waiting on a condition, with an end. A time that passes is never what a test waits for.</summary>
public static class Eventually
{
    /// <summary>Generous, since machines that run tests are busy; a condition that comes true ends the wait at once.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(Func<bool> condition, string what, TimeSpan? within = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, within);

    public static async Task TrueAsync(Func<Task<bool>> condition, string what, TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < (within ?? Patience), $"not within {within ?? Patience}: {what}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
