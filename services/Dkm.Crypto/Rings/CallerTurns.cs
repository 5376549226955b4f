namespace Dkm.Crypto.Rings;

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>
/// Look-ups under way for one caller. Ids of keys are free to make up and are looked up before anybody can judge; who floods waits behind herself
/// and not before others.
/// </summary>
internal sealed class CallerTurns(TimeSpan patience)
{
    public const int AtOnce = 16;

    private readonly Lock gate = new();
    private readonly Dictionary<SpiffeId, Queue> queues = [];

    /// <summary>Runs a look-up when it is the caller's turn. Her token ends her waiting; a look-up that runs keeps its turn to its end.</summary>
    /// <exception cref="DkmException">RESOURCE_EXHAUSTED: it did not become her turn.</exception>
    public async Task<T> RunAsync<T>(SpiffeId caller, Func<Task<T>> lookUp, CancellationToken cancellationToken) =>
        await RunWholeAsync(caller, lookUp, cancellationToken).WaitAsync(cancellationToken);

    private async Task<T> RunWholeAsync<T>(SpiffeId caller, Func<Task<T>> lookUp, CancellationToken cancellationToken)
    {
        var queue = Enter(caller);
        try
        {
            if (!await queue.Turns.WaitAsync(patience, cancellationToken))
            {
                throw new DkmException(ErrorKind.ResourceExhausted, Reasons.TooMany, $"{caller} waits for too many keys that are not here; ask for fewer at a time");
            }

            try
            {
                return await lookUp();
            }
            finally
            {
                queue.Turns.Release();
            }
        }
        finally
        {
            Leave(caller, queue);
        }
    }

    private Queue Enter(SpiffeId caller)
    {
        lock (gate)
        {
            if (!queues.TryGetValue(caller, out var queue))
            {
                queues[caller] = queue = new Queue();
            }

            queue.Users++;
            return queue;
        }
    }

    private void Leave(SpiffeId caller, Queue queue)
    {
        lock (gate)
        {
            if (--queue.Users == 0)
            {
                queues.Remove(caller);
                queue.Turns.Dispose();
            }
        }
    }

    private sealed class Queue
    {
        public SemaphoreSlim Turns { get; } = new(AtOnce);

        public int Users { get; set; }
    }
}
