namespace Dkm.IntegrationTests.Cluster;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Envelopes;

/// <summary>One kind of operation on one ring, done again and again: when it worked and when not, and which key sealed from when on.</summary>
internal sealed class LoadLine(string name, Func<Task<byte[]>> protectAndUnprotect)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly Lock gate = new();
    private readonly List<Spell> spells = [];
    private readonly List<Switch> switches = [];
    private readonly Dictionary<KeyId, byte[]> oneOfEachKey = [];
    private int done;

    /// <summary>Operations that were done, two at a time.</summary>
    public int Done => Volatile.Read(ref done);

    /// <summary>Works and fails by turns, in order.</summary>
    public IReadOnlyList<Spell> Spells
    {
        get
        {
            lock (gate)
            {
                return [.. spells];
            }
        }
    }

    /// <summary>The key of each envelope where it is another than the one before, in order.</summary>
    public IReadOnlyList<Switch> Switches
    {
        get
        {
            lock (gate)
            {
                return [.. switches];
            }
        }
    }

    /// <summary>An envelope of each key that was used.</summary>
    public IReadOnlyDictionary<KeyId, byte[]> Envelopes
    {
        get
        {
            lock (gate)
            {
                return new Dictionary<KeyId, byte[]>(oneOfEachKey);
            }
        }
    }

    public IReadOnlyList<Spell> Failures => [.. Spells.Where(spell => spell.Failure is not null)];

    public override string ToString() => $"{name}: {string.Join("; ", Spells)}";

    /// <param name="oneAtATime">Which key is used when is told of a line that does one thing after the other.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(bool oneAtATime, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var start = TimeProvider.System.GetUtcNow();
            try
            {
                var envelope = await protectAndUnprotect();
                Interlocked.Add(ref done, 2);
                Note(start, null);
                NoteKey(start, envelope, oneAtATime);
            }
            catch (DkmException failure)
            {
                Note(TimeProvider.System.GetUtcNow(), failure);
            }

            await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Note(DateTimeOffset time, DkmException? failure)
    {
        lock (gate)
        {
            if (spells.Count > 0 && spells[^1].Failure?.Reason == failure?.Reason)
            {
                spells[^1].Last = time > spells[^1].Last ? time : spells[^1].Last;
            }
            else
            {
                spells.Add(new Spell(time, failure));
            }
        }
    }

    private void NoteKey(DateTimeOffset start, byte[] envelope, bool inOrder)
    {
        var key = Envelope.ReadHeader(envelope).KeyId;
        lock (gate)
        {
            oneOfEachKey.TryAdd(key, envelope);
            if (inOrder && (switches.Count == 0 || switches[^1].Key != key))
            {
                switches.Add(new Switch(start, TimeProvider.System.GetUtcNow(), key));
            }
        }
    }

    /// <summary>The first envelope of a key was made between these two moments.</summary>
    internal sealed record Switch(DateTimeOffset From, DateTimeOffset To, KeyId Key);

    /// <summary>From the first operation to the last with the same end. One that worked counts from its start, one that failed from its end.</summary>
    internal sealed class Spell(DateTimeOffset first, DkmException? failure)
    {
        public DateTimeOffset First { get; } = first;

        public DateTimeOffset Last { get; set; } = first;

        public DkmException? Failure => failure;

        public override string ToString() => $"{First:HH:mm:ss.fff}-{Last:HH:mm:ss.fff} {(failure is null ? "works" : $"{failure.Kind} {failure.Reason} {failure.Message}")}";
    }
}
