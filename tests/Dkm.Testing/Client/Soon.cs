namespace Dkm.Testing.Client;

using System;
using System.Diagnostics;
using System.Threading.Tasks;

/// <summary>Waits for what another thread is about to do, on real time whatever clock the subject has.</summary>
public static class Soon
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static async Task True(Func<bool> condition, string what)
    {
        var waiting = Stopwatch.StartNew();
        while (!condition())
        {
            if (waiting.Elapsed > Limit)
            {
                throw new TimeoutException($"waited {Limit} in vain for: {what}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(2));
        }
    }
}
