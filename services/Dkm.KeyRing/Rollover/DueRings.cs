namespace Dkm.KeyRing.Rollover;

using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.Rings;
using Dkm.Storage;
using Microsoft.Extensions.Logging;

/// <summary>
/// Takes the steps that the clock demands. Rings that are due together, as when 100,000 were imported on one day, go many to a transaction with a small random
/// pause between transactions, so that administration gets its turn.
/// </summary>
internal sealed class DueRings(
    RolloverSchedule schedule, RingRepository repository, RolloverTiming timing, TimeProvider time, ILogger<DueRings> logger)
{
    private const int RingsPerTurn = 20;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>After what should not happen and will hardly be over in a second.</summary>
    private static readonly TimeSpan FailureDelay = TimeSpan.FromSeconds(30);

    public async Task RunAsync(StoreCompare fence, CancellationToken token)
    {
        while (schedule.TakeDue(time.GetUtcNow(), RingsPerTurn) is { Count: > 0 } views)
        {
            var last = timing.LastSend(time);
            var steps = Steps(views, time.GetUtcNow());
            foreach (var batch in Batches(steps))
            {
                if (!await WriteAsync(batch, fence, last, token))
                {
                    // One ring that somebody else has just changed, or that cannot be written, must not hold up the others of its batch.
                    foreach (var alone in batch)
                    {
                        await WriteAsync([alone], fence, last, token);
                    }
                }
            }

            await (views.Count == RingsPerTurn ? Task.Delay(Jitter(), time, token) : Task.CompletedTask);
        }
    }

    private List<(RingView View, RolloverStep Step)> Steps(IReadOnlyList<RingView> views, DateTimeOffset now)
    {
        var steps = new List<(RingView View, RolloverStep Step)>();
        foreach (var view in views)
        {
            try
            {
                if (Decide(view, now) is { } step)
                {
                    steps.Add((view, step));
                }
            }
            catch (Exception exception)
            {
                // One ring that nothing can be made of must not lose those that were taken with it.
                Log.RolloverFailed(logger, exception);
                PutOff(view, FailureDelay);
            }
        }

        return steps;
    }

    private RolloverStep? Decide(RingView view, DateTimeOffset now)
    {
        var step = RolloverRule.At(view.Times(timing), now);
        if (!step.IsNothing)
        {
            return step;
        }

        var next = RolloverRule.NextTime(view.Times(timing), now);
        schedule.Retry(view, next > now ? next : now + RetryDelay);
        return null;
    }

    private static IEnumerable<List<(RingView View, RolloverStep Step)>> Batches(List<(RingView View, RolloverStep Step)> steps)
    {
        var batch = new List<(RingView View, RolloverStep Step)>();
        var size = 0;
        foreach (var one in steps)
        {
            var needed = 1 + one.Step.Create.Length + one.Step.Archive.Length;
            if (batch.Count > 0 && size + needed > RecordChanges.MaximumChanges)
            {
                yield return batch;
                batch = [];
                size = 0;
            }

            batch.Add(one);
            size += needed;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <returns>False if each ring of the batch is to be tried alone. Otherwise it is written or put off: a ring that was taken is never lost.</returns>
    private async Task<bool> WriteAsync(List<(RingView View, RolloverStep Step)> batch, StoreCompare fence, long lastSend, CancellationToken token)
    {
        try
        {
            var now = time.GetUtcNow();
            var changes = new List<RingChange>(batch.Count);
            foreach (var (view, step) in batch)
            {
                changes.Add(await repository.PrepareAsync(view, view.Ring, step, now, token));
            }

            await repository.CommitAsync(changes, fence, records => records.SendBefore(lastSend), token);
            return true;
        }
        catch (DkmException exception)
        {
            Log.RolloverPutOff(logger, batch.Count, exception.Reason, exception.Message);
            return (exception.Kind != ErrorKind.Aborted || batch.Count == 1) && PutOff(batch, RetryDelay);
        }
        catch (Exception exception) when (!token.IsCancellationRequested)
        {
            Log.RolloverFailed(logger, exception);
            return batch.Count == 1 && PutOff(batch, FailureDelay);
        }
    }

    private bool PutOff(List<(RingView View, RolloverStep Step)> batch, TimeSpan delay)
    {
        batch.ForEach(one => PutOff(one.View, delay));
        return true;
    }

    private void PutOff(RingView view, TimeSpan delay) => schedule.Retry(view, time.GetUtcNow() + delay + Jitter());

    private static TimeSpan Jitter()
    {
        Span<byte> chance = stackalloc byte[2];
        KernelRandom.Fill(chance);
        return TimeSpan.FromMilliseconds(BinaryPrimitives.ReadUInt16LittleEndian(chance) % 50);
    }
}
