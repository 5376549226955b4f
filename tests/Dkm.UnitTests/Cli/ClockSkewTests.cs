namespace Dkm.UnitTests.Cli;

using System;
using System.Globalization;
using Dkm.Cli.Doctor;
using Xunit;

public sealed class ClockSkewTests
{
    private static readonly DateTimeOffset Here = new(2026, 1, 1, 12, 0, 0, 900, TimeSpan.Zero);

    [Theory]
    [InlineData(0, nameof(Verdict.Good))]
    [InlineData(1, nameof(Verdict.Good))]
    [InlineData(4, nameof(Verdict.Watch))]
    [InlineData(-4, nameof(Verdict.Watch))]
    [InlineData(7, nameof(Verdict.Broken))]
    [InlineData(-8, nameof(Verdict.Broken))]
    public void Judge_ServerSecondsAway_IsTold(int seconds, string verdict)
    {
        var date = Here.AddSeconds(seconds).ToString("r", CultureInfo.InvariantCulture);
        Assert.Equal(verdict, Assert.Single(ClockSkew.Judge("access", date, Here, Here.AddMilliseconds(20))).Verdict.ToString());
    }

    [Fact]
    public void Judge_SlowAnswer_IsNoSkew()
    {
        var date = Here.AddSeconds(6).ToString("r", CultureInfo.InvariantCulture);
        Assert.Equal(Verdict.Good, Assert.Single(ClockSkew.Judge("access", date, Here, Here.AddSeconds(8))).Verdict);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("yesterday")]
    public void Judge_NoDate_SaysNothing(string? date) => Assert.Empty(ClockSkew.Judge("access", date, Here, Here));
}
