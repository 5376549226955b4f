namespace Dkm.Testing;

using System;
using System.Threading.Tasks;
using Xunit;

/// <summary>Waits for a condition, with a deadline. The only waiting that tests do.</summary>
public static class Eventually
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks again and again until the answer is yes.</summary>
    public static Task TrueAsync(Func<bool> condition, string what, int seconds = 20, TimeSpan? pause = null) =>
        TrueAsync(() => Task.FromResult(condition()), what, seconds, pause);

    /// <summary>Asks again and again until the answer is yes.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what, int seconds = 20, TimeSpan? pause = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var end = TimeProvider.System.GetTimestamp() + (seconds * TimeProvider.System.TimestampFrequency);
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetTimestamp() < end, $"not within {seconds} s: {what}");
            await Task.Delay(pause ?? Often, TestContext.Current.CancellationToken);
        }
    }
}
