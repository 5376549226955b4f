namespace Dkm.Access.Approvals;

using System;
using System.Threading;

/// <summary>
/// The time that Access decides by: the wall clock's, but never behind what was seen before, in this process by a clock that nobody sets and in the store by any replica. A clock that
/// is set back, with or without a restart, gives nothing more time.
/// </summary>
internal sealed class SeenTime(TimeProvider time)
{
    private readonly Lock gate = new();
    private DateTimeOffset floor = DateTimeOffset.MinValue;
    private long floorTimestamp;

    public DateTimeOffset Now
    {
        get
        {
            lock (gate)
            {
                return Raise(time.GetUtcNow());
            }
        }
    }

    /// <summary>A replica has decided by this time.</summary>
    public void Learn(DateTimeOffset highest)
    {
        lock (gate)
        {
            Raise(highest);
        }
    }

    private DateTimeOffset Raise(DateTimeOffset candidate)
    {
        var timestamp = time.GetTimestamp();
        if (floor > DateTimeOffset.MinValue)
        {
            var passed = floor + time.GetElapsedTime(floorTimestamp, timestamp);
            candidate = candidate > passed ? candidate : passed;
        }

        (floor, floorTimestamp) = (candidate, timestamp);
        return candidate;
    }
}
