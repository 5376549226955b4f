namespace Dkm.UnitTests.Hosting;

using System;
using Dkm.Hosting.Policy;
using Xunit;

public sealed class ConfirmationTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Age_TimePasses_GrowsWithIt()
    {
        var time = new TwoClocks(Start);
        var confirmation = Confirmation.Heard(Start - TimeSpan.FromSeconds(2), time);

        time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(TimeSpan.FromSeconds(5), confirmation.Age(time));
    }

    [Fact]
    public void Age_OurClockSetBack_IsNotShorter()
    {
        var time = new TwoClocks(Start);
        var confirmation = Confirmation.Heard(Start, time);
        time.Advance(TimeSpan.FromMinutes(10));

        time.SetWall(Start - TimeSpan.FromHours(1));

        Assert.True(confirmation.Age(time) >= TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void Age_OurClockJumpsAhead_IsOld()
    {
        var time = new TwoClocks(Start);
        var confirmation = Confirmation.Heard(Start, time);

        time.SetWall(Start + TimeSpan.FromHours(2));

        Assert.Equal(TimeSpan.FromHours(2), confirmation.Age(time));
    }

    [Fact]
    public void Age_AccessClockAhead_CountsFromTheHearing()
    {
        var time = new TwoClocks(Start);
        var confirmation = Confirmation.Heard(Start + TimeSpan.FromHours(1), time);

        time.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal(TimeSpan.FromSeconds(7), confirmation.Age(time));
    }

    [Fact]
    public void Backoff_Next_DoublesWithJitterUpToTheLongest()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(400));

        foreach (var most in (int[])[100, 200, 400, 400])
        {
            var wait = backoff.Next();
            Assert.InRange(wait.TotalMilliseconds, most / 2.0, most);
        }

        backoff.Reset();
        Assert.InRange(backoff.Next().TotalMilliseconds, 50, 100);
    }

    /// <summary>A wall clock that can be set and a monotonic one that cannot.</summary>
    private sealed class TwoClocks(DateTimeOffset wall) : TimeProvider
    {
        private long monotonic;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => wall;

        public override long GetTimestamp() => monotonic;

        public void Advance(TimeSpan by)
        {
            wall += by;
            monotonic += by.Ticks;
        }

        public void SetWall(DateTimeOffset to) => wall = to;
    }
}
