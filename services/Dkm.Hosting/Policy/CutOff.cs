namespace Dkm.Hosting.Policy;

using System;

/// <summary>
/// When a replica that can confirm nothing any more lets go of a stream, so that whoever follows it goes to one that can. The end of a stream takes nothing away. Where no
/// replica can, streams come round: each lasts half as long as nothing was confirmed, up to a minute, so that an outage is no storm.
/// </summary>
/// <param name="limit">How long nothing may be confirmed.</param>
/// <param name="time">The clock; the stream begins now.</param>
public sealed class CutOff(TimeSpan limit, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private readonly long begin = time.GetTimestamp();

    /// <param name="unconfirmed">How long ago the last confirmation was; the maximum if there was none.</param>
    public bool IsReached(TimeSpan unconfirmed) => IsReached(limit, unconfirmed, time.GetElapsedTime(begin));

    internal static bool IsReached(TimeSpan limit, TimeSpan unconfirmed, TimeSpan open)
    {
        if (unconfirmed <= limit)
        {
            return false;
        }

        var half = unconfirmed == TimeSpan.MaxValue ? limit : unconfirmed / 2;
        var atMost = limit > Longest ? limit : Longest;
        return open >= (half < limit ? limit : half > atMost ? atMost : half);
    }
}
