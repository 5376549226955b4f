namespace Dkm.KeyRing.Rollover;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Hosting.Policy;
using Dkm.KeyRing.Keys.States;
using Dkm.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

/// <summary>
/// Whoever leads makes next keys, archives old ones, answers removals and destroys what is due. Leading only saves wasted work: what makes it safe is that each write compares the ring
/// and the election key, so a leader that was deposed without noticing does nothing late (RELIABILITY 1.3).
/// </summary>
internal sealed class RolloverLoop(
    KeyRingStore store,
    RolloverSchedule schedule,
    DueRings due,
    RemovedHolders removed,
    OldRequests requests,
    DueDestructions destructions,
    IGroupMembership membership,
    RolloverElection elections,
    TimeProvider time,
    ILogger<RolloverLoop> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await store.WaitAsync(stoppingToken);
        using var policyChanges = membership.OnChange(_ => schedule.Wake());
        await using var election = elections.Start(logger);
        while (!stoppingToken.IsCancellationRequested)
        {
            await election.WaitAsync(stoppingToken);
            Log.Leading(logger);
            while (election.Fence is { } fence)
            {
                await TurnAsync(fence, stoppingToken);
            }
        }
    }

    /// <summary>One round. The pause bounds how long it takes to notice that we no longer lead.</summary>
    private async Task TurnAsync(StoreCompare fence, CancellationToken token)
    {
        Func<StoreCompare, CancellationToken, Task>[] parts = [due.RunAsync, removed.RunAsync, requests.RunAsync, destructions.RunAsync];
        var failed = false;
        foreach (var part in parts)
        {
            failed |= !await TryAsync(part, fence, token);
        }

        await (failed ? Task.Delay(Pause, time, token) : schedule.WaitAsync(Pause, token));
    }

    /// <summary>One part that fails, and at every turn perhaps, must not keep those after it from their work.</summary>
    private async Task<bool> TryAsync(Func<StoreCompare, CancellationToken, Task> part, StoreCompare fence, CancellationToken token)
    {
        try
        {
            await part(fence, token);
            return true;
        }
        catch (DkmException exception)
        {
            Log.RolloverPutOff(logger, 0, exception.Reason, exception.Message);
        }
        catch (Exception exception) when (!token.IsCancellationRequested)
        {
            // A bug in one ring's step must not end rollover for all rings of the installation until a restart.
            Log.RolloverFailed(logger, exception);
        }

        return false;
    }
}
