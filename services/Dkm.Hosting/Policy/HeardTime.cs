namespace Dkm.Hosting.Policy;

using System;

/// <summary>A time that was heard, going on since by the monotonic clock; it never goes back.</summary>
internal sealed record HeardTime(DateTimeOffset Time, long HeardTimestamp)
{
    public DateTimeOffset At(TimeProvider time) => Time + time.GetElapsedTime(HeardTimestamp);

    /// <summary>The later of what was heard before and what is heard now.</summary>
    public static HeardTime Hear(HeardTime? before, DateTimeOffset heard, TimeProvider time) =>
        before is { } held && held.At(time) > heard ? held : new HeardTime(heard, time.GetTimestamp());
}
