namespace Dkm.Standalone;

using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>
/// Notices that the home was removed under the running process. The open files would go on working until the end of it and every write be lost with them, while each new
/// command finds no home at all: so it stops and says what happened.
/// </summary>
internal static class HomeWatch
{
    public const string GoneReason = "HOME_GONE";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Returns when it is to stop.</summary>
    /// <exception cref="DkmException">FAILED_PRECONDITION: the home is gone.</exception>
    public static async Task WaitAsync(Installation installation, TimeProvider time, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (!File.Exists(installation.Database))
            {
                throw new DkmException(
                    ErrorKind.FailedPrecondition,
                    GoneReason,
                    $"{installation.Database} is gone: somebody removed the home while the services ran on it, and with it every group, ring and key. "
                    + "What was protected with them opens no more, unless the home comes back from a copy. Start anew with: dkm dev");
            }

            await Task.Delay(Interval, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
