namespace Dkm.Client.KeySets;

using System;
using System.Threading;

/// <summary>
/// How long the keys of a ring may be used: to the earlier of the server's time of sending + lease on the wall clock, and the time of receipt +
/// lease on a clock that nobody sets and that goes on in sleep. The first ends a message that lay about for hours, the second a clock that was set back.
/// </summary>
internal sealed class Lease(TimeProvider time)
{
    private readonly double stampsPerTick = (double)time.TimestampFrequency / TimeSpan.TicksPerSecond;
    private long wallEnd = long.MinValue;
    private long stampEnd = long.MinValue;
    private long sent;
    private long received;

    public bool EverGranted => Volatile.Read(ref wallEnd) != long.MinValue;

    public DateTimeOffset WallEnd => EverGranted ? new(Volatile.Read(ref wallEnd), TimeSpan.Zero) : DateTimeOffset.MinValue;

    /// <param name="sendTime">The server's time of sending.</param>
    /// <param name="receipt">The time stamp at which the message was received.</param>
    /// <param name="length">The ring's key lease.</param>
    public void Renew(DateTimeOffset sendTime, long receipt, TimeSpan length)
    {
        Volatile.Write(ref sent, sendTime.UtcTicks);
        Volatile.Write(ref received, receipt);
        var stamps = length.Ticks * stampsPerTick;
        Volatile.Write(ref stampEnd, receipt + (long)stamps);
        Volatile.Write(ref wallEnd, sendTime.UtcTicks > DateTimeOffset.MaxValue.UtcTicks - length.Ticks ? DateTimeOffset.MaxValue.UtcTicks : sendTime.UtcTicks + length.Ticks);
    }

    /// <summary>How long ago it was renewed, by the clock that says the longer time; zero if it was never granted, for then nothing may be used.</summary>
    public TimeSpan Age(DateTimeOffset now)
    {
        if (!EverGranted)
        {
            return TimeSpan.Zero;
        }

        var byWall = TimeSpan.FromTicks(now.UtcTicks - Volatile.Read(ref sent));
        var byStamps = time.GetElapsedTime(Volatile.Read(ref received));
        return byWall > byStamps ? byWall : byStamps;
    }

    public void End()
    {
        Volatile.Write(ref wallEnd, long.MinValue);
        Volatile.Write(ref stampEnd, long.MinValue);
    }

    public bool Holds(DateTimeOffset now) => now.UtcTicks < Volatile.Read(ref wallEnd) && time.GetTimestamp() < Volatile.Read(ref stampEnd);
}
