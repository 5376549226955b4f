namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

/// <summary>
/// Which revision was the newest when, as the answers that come in anyway tell. etcd's revisions have no time; this is how long one has been kept, as far as this process has
/// seen.
/// </summary>
internal sealed class EtcdHistory(TimeProvider time)
{
    private const int Capacity = 600;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private readonly Queue<(long At, long Revision)> samples = new();
    private long lastAt;

    /// <summary>An answer came at this revision.</summary>
    public void Note(long revision)
    {
        lock (gate)
        {
            if (samples.Count > 0 && time.GetElapsedTime(lastAt) < Interval)
            {
                return;
            }

            // The oldest go first. Then the history that can be seen is two days long, which is long enough to be told.
            if (samples.Count == Capacity)
            {
                samples.Dequeue();
            }

            lastAt = time.GetTimestamp();
            samples.Enqueue((lastAt, revision));
        }
    }

    /// <summary>How long ago this revision was made, at least.</summary>
    public TimeSpan Age(long revision)
    {
        lock (gate)
        {
            return samples.Where(sample => sample.Revision >= revision).Select(sample => time.GetElapsedTime(sample.At)).FirstOrDefault();
        }
    }
}
