namespace Dkm.Core.Keys;

using System;
using System.Collections.Generic;

/// <summary>Which key makes new envelopes. Every holder computes it for itself, so rollover needs no message.</summary>
public static class PrimaryRule
{
    /// <summary>
    /// The ENABLED key with the latest activate time that has come, ties going to the higher id; null when there is none.
    /// </summary>
    /// <param name="keys">The keys of one ring, in any order.</param>
    /// <param name="now">The holder's clock.</param>
    /// <param name="newestPrimarySeen">
    /// The newest key that this holder has ever used as primary. Nothing older is chosen, so that neither an old snapshot nor a clock set back
    /// brings a superseded key back into use. That key itself stays eligible after the clock was set back behind its time: other holders
    /// have it already, and refusing it would stop the ring for as long as the clock is behind.
    /// </param>
    public static KeyFacts? Choose(IReadOnlyList<KeyFacts> keys, DateTimeOffset now, KeyFacts? newestPrimarySeen)
    {
        ArgumentNullException.ThrowIfNull(keys);
        KeyFacts? best = null;
        for (var i = 0; i < keys.Count; i++)
        {
            var key = keys[i];
            if (key.Stored == StoredKeyState.Enabled
                && (key.ActivateTime <= now || key.Id == newestPrimarySeen?.Id)
                && (newestPrimarySeen is null || Compare(key, newestPrimarySeen) >= 0)
                && (best is null || Compare(key, best) > 0))
            {
                best = key;
            }
        }

        return best;
    }

    /// <summary>The order in which keys become primary: by activate time, then by id.</summary>
    public static int Compare(KeyFacts left, KeyFacts right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var byTime = left.ActivateTime.CompareTo(right.ActivateTime);
        return byTime != 0 ? byTime : left.Id.CompareTo(right.Id);
    }
}
