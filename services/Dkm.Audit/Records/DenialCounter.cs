namespace Dkm.Audit;

using System;
using System.Collections.Generic;

/// <summary>
/// Pure. Whoever is denied again and again must not be able to fill the disk: in each second the first denials of an identity have records of their
/// own, the others become one record with their number when the second is over.
/// </summary>
public sealed class DenialCounter
{
    /// <summary>Denials of one identity in one second that have records of their own.</summary>
    public const int Recorded = 10;

    /// <summary>Identities that are told apart in one second; those beyond are counted together, as null.</summary>
    public const int MaximumIdentities = 10_000;

    private readonly Dictionary<string, int> seen = new(StringComparer.Ordinal);
    private int others;
    private long second = long.MinValue;

    /// <summary>Whether this denial gets a record of its own. What is due from earlier seconds has to be taken before.</summary>
    public bool Records(string identity, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(identity);
        second = second == long.MinValue ? now.ToUnixTimeSeconds() : second;
        if (!seen.TryGetValue(identity, out var count) && seen.Count >= MaximumIdentities)
        {
            return ++others <= Recorded;
        }

        seen[identity] = count + 1;
        return count < Recorded;
    }

    /// <summary>The counted denials of a second that is over; nothing while it lasts.</summary>
    /// <param name="now">The time. A clock that was set back ends the second too.</param>
    /// <param name="last">Nothing more will come: whatever was counted is due.</param>
    public IReadOnlyList<(string? Identity, int Count)> Due(DateTimeOffset now, bool last = false)
    {
        if (second == long.MinValue || (now.ToUnixTimeSeconds() == second && !last))
        {
            return [];
        }

        var due = new List<(string?, int)>();
        foreach (var (identity, count) in seen)
        {
            if (count > Recorded)
            {
                due.Add((identity, count - Recorded));
            }
        }

        if (others > Recorded)
        {
            due.Add((null, others - Recorded));
        }

        seen.Clear();
        (others, second) = (0, long.MinValue);
        return due;
    }
}
