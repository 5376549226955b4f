namespace Dkm.Hosting;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core.Secrets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

/// <summary>
/// Says, once, when keys of this process may reach a swap partition or a core dump. At start there are few; the limit on locked memory is met
/// later, so it looks again now and then.
/// </summary>
internal sealed class SecretMemoryWatch(Func<SecretMemoryStatus> status, TimeProvider time, ILogger<SecretMemoryWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        SecretMemoryStatus now;
        do
        {
            now = status();
            if (!now.Locked)
            {
                Log.SecretsNotLocked(logger, now.LockedBytes, now.TotalBytes, now.FailureReason);
            }
        }
        while (now.Locked && await timer.WaitForNextTickAsync(stoppingToken));
    }
}
