namespace Dkm.KeyRing.Distribution;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>
/// The state of one Subscribe call: what is wanted, and which of it needs a look. However fast rings change and however slowly the holder reads, the queue has each ring
/// that is wanted once, and beside those no more than the wants without an answer, of which there is a maximum.
/// </summary>
#pragma warning disable CA1001 // The semaphore has no wait handle, so there is nothing to free; and a change that comes late must not meet a disposed one.
internal sealed class HolderStream(SpiffeId caller, DateTimeOffset connectTime)
#pragma warning restore CA1001
{
    /// <summary>A Crypto that serves every ring of a large installation, and then some.</summary>
    public const int MaximumWanted = 20_000;

    /// <summary>
    /// Rings that it may not have and that it hears of by itself should that change. Of those beyond it is told, then they are forgotten, and it has to ask
    /// again: else whoever has any certificate could have us keep what she makes up, and judge it every second.
    /// </summary>
    public const int MaximumDenied = 100;

    /// <summary>
    /// Wants that have no answer yet, beyond which no more is read: what a holder may not have is known only when it is judged, and that waits for a slow reader. Those
    /// that were released meanwhile count until their turn comes, or want and release by turns would fill the queue.
    /// </summary>
    public const int MaximumUnanswered = 1000;

    private static readonly TimeSpan LongestPassing = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, WantedRing> wanted = new(StringComparer.Ordinal);
    private readonly HashSet<WantedRing> denied = [];
    private readonly Queue<WantedRing> queue = new();
    private readonly SemaphoreSlim signal = new(0, 1);
    private int unanswered;

    /// <summary>Held while the stream is entered for a ring or taken out, so that both tables say the same.</summary>
    public Lock Registration { get; } = new();

    public bool TakesWants => Volatile.Read(ref unanswered) < MaximumUnanswered;

    public SpiffeId Caller { get; } = caller;

    public DateTimeOffset ConnectTime { get; } = connectTime;

    /// <summary>It says that it goes away again soon.</summary>
    public bool Transient { get; init; }

    /// <summary>Whether it is a command that is no holder for status. One that stays is a holder, whatever it said of itself.</summary>
    public bool IsPassing(DateTimeOffset now) => Transient && now - ConnectTime <= LongestPassing;

    /// <returns>Whether it is wanted now. One ring too many is denied, and the stream goes on: the others are none the worse for it.</returns>
    public bool Want(string name)
    {
        lock (gate)
        {
            if (!wanted.TryGetValue(name, out var ring))
            {
                ring = new WantedRing(name) { Refused = wanted.Count == MaximumWanted };
                if (!ring.Refused)
                {
                    wanted[name] = ring;
                }
            }

            unanswered += ring.Asked ? 0 : 1;
            ring.Asked = true;
            Enqueue(ring);
            return !ring.Refused;
        }
    }

    public bool Release(string name)
    {
        lock (gate)
        {
            if (!wanted.Remove(name, out var ring))
            {
                return false;
            }

            denied.Remove(ring);
            return true;
        }
    }

    /// <summary>The ring's key set was sent.</summary>
    public void Granted(WantedRing ring)
    {
        lock (gate)
        {
            denied.Remove(ring);
        }
    }

    /// <summary>The ring was judged and denied, and the holder was told.</summary>
    /// <returns>Whether it is one too many and wanted no more. What was asked for again meanwhile stays until that is answered.</returns>
    public bool ForgetDenied(WantedRing ring)
    {
        lock (gate)
        {
            if (wanted.GetValueOrDefault(ring.Name) != ring || denied.Contains(ring) || ring.Asked)
            {
                return false;
            }

            return denied.Count < MaximumDenied ? !denied.Add(ring) : wanted.Remove(ring.Name);
        }
    }

    public void Acknowledge(string name, long revision)
    {
        lock (gate)
        {
            // No more than was sent: a holder can't count itself as up to date with what it doesn't have.
            if (wanted.TryGetValue(name, out var ring) && revision <= ring.SentRevision)
            {
                ring.AcknowledgedRevision = Math.Max(ring.AcknowledgedRevision, revision);
            }
        }
    }

    /// <summary>The ring has changed, or what decides about it.</summary>
    public void Mark(string name)
    {
        lock (gate)
        {
            if (wanted.TryGetValue(name, out var ring))
            {
                Enqueue(ring);
            }
        }
    }

    public void MarkAll()
    {
        lock (gate)
        {
            foreach (var ring in wanted.Values)
            {
                Enqueue(ring);
            }
        }
    }

    /// <summary>The next ring to look at, and whether the holder has asked for it.</summary>
    public WantedRing? Next(out bool asked)
    {
        lock (gate)
        {
            while (queue.TryDequeue(out var ring))
            {
                ring.Queued = false;
                asked = ring.Asked;
                unanswered -= asked ? 1 : 0;
                ring.Asked = false;
                if (ring.Refused || wanted.GetValueOrDefault(ring.Name) == ring)
                {
                    return ring;
                }
            }

            asked = false;
            return null;
        }
    }

    public IReadOnlyList<WantedRing> Wanted()
    {
        lock (gate)
        {
            return [.. wanted.Values];
        }
    }

    public WantedRing? Find(string name)
    {
        lock (gate)
        {
            return wanted.GetValueOrDefault(name);
        }
    }

    /// <summary>A lease-renewing heartbeat was sent at <paramref name="sent"/>.</summary>
    public void Renewed(DateTimeOffset sent)
    {
        lock (gate)
        {
            foreach (var ring in wanted.Values.Where(ring => ring.Held))
            {
                ring.LeaseStart = sent;
            }
        }
    }

    /// <returns>Whether something is queued, as opposed to the time being over.</returns>
    public Task<bool> WaitAsync(TimeSpan limit, CancellationToken token) => signal.WaitAsync(limit, token);

    private void Enqueue(WantedRing ring)
    {
        if (!ring.Queued)
        {
            ring.Queued = true;
            queue.Enqueue(ring);
            if (signal.CurrentCount == 0)
            {
                signal.Release();
            }
        }
    }
}
