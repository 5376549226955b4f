namespace Dkm.Hosting.Policy;

using System;

/// <summary>
/// When Access last confirmed, and how long ago that is. Counted by the wall clock (Access's time against ours) and from the moment of hearing it
/// by the monotonic clock; the longer counts, so that setting a clock back makes nothing fresh, and one that is ahead at Access's side neither.
/// </summary>
internal sealed record Confirmation(DateTimeOffset ConfirmTime, long HeardTimestamp, TimeSpan AgeWhenHeard)
{
    public static Confirmation Heard(DateTimeOffset confirmTime, TimeProvider time)
    {
        var age = time.GetUtcNow() - confirmTime;
        return new Confirmation(confirmTime, time.GetTimestamp(), age > TimeSpan.Zero ? age : TimeSpan.Zero);
    }

    public TimeSpan Age(TimeProvider time)
    {
        var byWall = time.GetUtcNow() - ConfirmTime;
        var byMonotonic = AgeWhenHeard + time.GetElapsedTime(HeardTimestamp);
        return byWall > byMonotonic ? byWall : byMonotonic;
    }
}
