namespace Dkm.Access.Approvals;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.Records;
using Dkm.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

/// <summary>Writes down what the time has made of the petitions. Every replica does so, and whoever comes second finds it done.</summary>
internal sealed class PetitionSweep(PetitionRepository repository, AccessStore store, SeenTime clock, AccessOptions options, TimeProvider time, ILogger<PetitionSweep> logger)
    : BackgroundService
{
    /// <summary>One look.</summary>
    internal async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (!store.Ready)
        {
            return;
        }

        try
        {
            var (seen, now) = (repository.State, clock.Now);
            var due = PetitionDue.At(seen, now);
            if (due.IsNothing)
            {
                return;
            }

            await repository.WriteAsync(due, seen, now, cancellationToken);
            foreach (var petition in due.Ended)
            {
                Log.PetitionIs(logger, petition.Id, petition.State.ToString());
            }
        }
        catch (DkmException lost) when (lost.Reason is Reasons.LostRace or Reasons.NotReady)
        {
            // Another replica, or somebody's call, was first: the next look sees what is left.
        }
        catch (DkmException trouble)
        {
            Log.SweepFailed(logger, trouble.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Refresh, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await SweepAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end of the process.
        }
    }
}
