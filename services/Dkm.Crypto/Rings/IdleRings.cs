namespace Dkm.Crypto.Rings;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client.KeySets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

/// <summary>Gives up rings that nobody uses: a key that is not here cannot be stolen from here.</summary>
internal sealed class IdleRings(KeySetHolder holder, CryptoOptions options, TimeProvider time, ILogger<IdleRings> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.IdleRing / 4, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Sweep();
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private void Sweep()
    {
        var limit = time.GetUtcNow() - options.IdleRing;
        foreach (var ring in holder.Rings)
        {
            if (ring.LastUse < limit && holder.Release(ring.Name))
            {
                Log.RingReleased(log, ring.Name);
            }
        }
    }
}
