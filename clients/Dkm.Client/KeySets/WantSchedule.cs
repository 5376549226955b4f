namespace Dkm.Client.KeySets;

using System;
using System.Threading;

/// <summary>When to ask again for a ring that was not had: after 1, 2, 4 … 30 s.</summary>
internal sealed class WantSchedule
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private TimeSpan pause = Shortest;
    private DateTimeOffset? next;

    public void Answered()
    {
        lock (gate)
        {
            pause = Shortest;
            next = null;
        }
    }

    /// <summary>It was asked for, denied, or not usefully answered at <paramref name="now"/>.</summary>
    public void Unanswered(DateTimeOffset now)
    {
        lock (gate)
        {
            next = now + pause;
            pause = pause * 2 > Longest ? Longest : pause * 2;
        }
    }

    public bool IsDue(DateTimeOffset now)
    {
        lock (gate)
        {
            return next <= now;
        }
    }
}
