namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Client.KeySets;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// The client library's holder on a connection of its own, as an application has it, which notes when it took over a key set and when it lost one. It learns that from the holder's own log, which
/// tells at once; so nothing is polled and no time is added.
/// </summary>
internal sealed class BenchHolder : ILogger<KeySetHolder>, IAsyncDisposable
{
    private const int Applied = 1;
    private const int Denied = 3;

    private readonly Lock gate = new();
    private readonly List<Seen> seen = [];
    private readonly KeySetHolder holder;

    public BenchHolder(string name, CallInvoker keyRing, IEnumerable<string> rings)
    {
        Name = name;
        holder = new KeySetHolder(keyRing, new KeySetHolderOptions(), BootClock.Instance, this);
        foreach (var ring in rings)
        {
            holder.Want(ring);
        }

        holder.Start();
    }

    public string Name { get; }

    /// <summary>Whether all that is wanted is here.</summary>
    public bool HasAll => holder.Rings.All(ring => ring.Snapshot is not null);

    public void Forget()
    {
        lock (gate)
        {
            seen.Clear();
        }
    }

    /// <summary>When the ring's key set first was as it is described, since the last <see cref="Forget"/>.</summary>
    public long? When(string ring, Predicate<RingSnapshot?> described)
    {
        lock (gate)
        {
            return seen.Where(one => one.Ring == ring && described(one.Snapshot)).Select(one => (long?)one.Timestamp).FirstOrDefault();
        }
    }

    /// <summary>When the last of its rings was lost, since the last <see cref="Forget"/>; null before all are.</summary>
    public long? WhenAllWereLost()
    {
        lock (gate)
        {
            var lost = seen.Where(one => one.Snapshot is null).ToList();
            return lost.Select(one => one.Ring).Distinct().Count() == holder.Rings.Count() ? lost.Max(one => one.Timestamp) : null;
        }
    }

    public ValueTask DisposeAsync() => holder.DisposeAsync();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var now = Stopwatch.GetTimestamp();
        if (eventId.Id is Applied or Denied && state is IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            var ring = (string)values[0].Value!;
            lock (gate)
            {
                seen.Add(new Seen(ring, now, holder.Find(ring)?.Snapshot));
            }
        }
    }

    private sealed record Seen(string Ring, long Timestamp, RingSnapshot? Snapshot);
}
