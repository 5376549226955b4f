namespace Dkm.KeyRing.Rollover;

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Dkm.KeyRing.Rings;

/// <summary>
/// When which ring needs a look. Fed by the catalog's changes on every replica, so that a new leader has it at once; an entry whose ring has changed since
/// is passed over, its successor is in the queue already.
/// </summary>
internal sealed class RolloverSchedule : IDisposable
{
    private readonly Lock gate = new();
    private readonly PriorityQueue<(string Uid, long Revision), DateTimeOffset> queue = new();
    private readonly SemaphoreSlim signal = new(0, 1);
    private readonly RingCatalog catalog;
    private readonly RolloverTiming timing;
    private readonly TimeProvider time;

    public RolloverSchedule(RingCatalog catalog, RolloverTiming timing, TimeProvider time)
    {
        this.catalog = catalog;
        this.timing = timing;
        this.time = time;
        catalog.Changed += OnChanged;
    }

    /// <summary>Puts a ring off, as after a write that failed.</summary>
    public void Retry(RingView view, DateTimeOffset at)
    {
        lock (gate)
        {
            queue.Enqueue((view.Ring.Uid, view.Ring.Revision), at);
        }
    }

    /// <summary>Takes rings whose time has come, at most <paramref name="most"/>.</summary>
    public IReadOnlyList<RingView> TakeDue(DateTimeOffset now, int most)
    {
        var due = new List<RingView>();
        lock (gate)
        {
            while (due.Count < most && queue.TryPeek(out var entry, out var at) && at <= now)
            {
                queue.Dequeue();
                if (catalog.Content.ByUid.TryGetValue(entry.Uid, out var view) && view.Ring.Revision == entry.Revision)
                {
                    due.Add(view);
                }
            }
        }

        return due;
    }

    /// <summary>Waits until something is due, something has changed, or <paramref name="limit"/> is over.</summary>
    public async Task WaitAsync(TimeSpan limit, CancellationToken token)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            if (queue.TryPeek(out _, out var at) && at - now < limit)
            {
                limit = at > now ? at - now : TimeSpan.Zero;
            }
        }

        // A timer may fire a little early; a millisecond more and the entry is due.
        await signal.WaitAsync(limit + TimeSpan.FromMilliseconds(1), token);
    }

    public void Wake()
    {
        lock (gate)
        {
            if (signal.CurrentCount == 0)
            {
                signal.Release();
            }
        }
    }

    public void Dispose()
    {
        catalog.Changed -= OnChanged;
        signal.Dispose();
    }

    private void OnChanged(CatalogChange change)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            if (change.Reset)
            {
                queue.Clear();
            }

            foreach (var view in change.Rings)
            {
                queue.Enqueue((view.Ring.Uid, view.Ring.Revision), NextTime(view, now));
            }
        }

        Wake();
    }

    private DateTimeOffset NextTime(RingView view, DateTimeOffset now)
    {
        try
        {
            return RolloverRule.NextTime(view.Times(timing), now);
        }
        catch (ArgumentOutOfRangeException)
        {
            // Times that no calendar has. The replica that tells us of its records must not fail by it; the leader meets the same and says so.
            return now;
        }
    }
}
