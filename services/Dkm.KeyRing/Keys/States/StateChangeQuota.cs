namespace Dkm.KeyRing.Keys.States;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Dkm.Core;

/// <summary>
/// How often the states of one ring's keys may be changed. An old key can be disabled and enabled again without end, and each time is a revision that goes to every
/// holder. Marking as compromised is not counted: it happens once to a key, and must not have to wait for what somebody did before it.
/// </summary>
internal sealed class StateChangeQuota(TimeProvider time)
{
    /// <summary>At once: a person's, or a script's at the end of a retention.</summary>
    public const int Burst = 100;

    /// <summary>Beyond which those that have all of it again are forgotten.</summary>
    private const int MaximumRings = 1000;

    /// <summary>From one to the next when all of it is used.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly Dictionary<string, DateTimeOffset> full = new(StringComparer.Ordinal);

    /// <exception cref="DkmException">RESOURCE_EXHAUSTED TOO_MANY.</exception>
    public void Take(string ringUid)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            // A clock that goes back must not make anybody wait for it.
            var since = full.TryGetValue(ringUid, out var known) && known > now && known <= now + (Interval * Burst) ? known : now;
            if (since + Interval > now + (Interval * Burst))
            {
                throw new DkmException(
                    ErrorKind.ResourceExhausted,
                    Reasons.TooMany,
                    $"the states of this ring's keys were changed {Burst} times in short order; from here on once in {Interval.TotalSeconds:0} s");
            }

            full[ringUid] = since + Interval;
            if (full.Count > MaximumRings)
            {
                full.Where(one => one.Value <= now).Select(one => one.Key).ToList().ForEach(uid => full.Remove(uid));
            }
        }
    }
}
