namespace Dkm.UnitTests.Cli;

using System;
using Dkm.Cli.Parsing;
using Xunit;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("0s", 0)]
    [InlineData("1s", 1)]
    [InlineData("90s", 90)]
    [InlineData("15m", 900)]
    [InlineData("24h", 86_400)]
    [InlineData("90d", 7_776_000)]
    [InlineData("1h30m", 5_400)]
    [InlineData("1d2h3m4s", 93_784)]
    public void TryParse_GoodText_IsThatLong(string text, long seconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("90")]
    [InlineData("d")]
    [InlineData("-1d")]
    [InlineData("1.5h")]
    [InlineData("1h ")]
    [InlineData("1 h")]
    [InlineData("1w")]
    [InlineData("1D")]
    [InlineData("30m1h")]
    [InlineData("1h1h")]
    [InlineData("1h30")]
    [InlineData("36526d")]
    [InlineData("36525d1s")]
    [InlineData("99999999999999999999s")]
    [InlineData("９d")]
    public void TryParse_BadText_IsRefused(string text) => Assert.False(Durations.TryParse(text, out _));

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "1s")]
    [InlineData(60, "1m")]
    [InlineData(86_400, "1d")]
    [InlineData(5_400, "1h30m")]
    [InlineData(7_776_000, "90d")]
    [InlineData(93_784, "1d2h3m4s")]
    public void Format_WholeSeconds_ParsesBack(long seconds, string text)
    {
        Assert.Equal(text, Durations.Format(TimeSpan.FromSeconds(seconds)));
        Assert.True(Durations.TryParse(text, out var back));
        Assert.Equal(seconds, back.TotalSeconds);
    }

    [Theory]
    [InlineData(0.5, "0.5s")]
    [InlineData(61.25, "1m1.25s")]
    public void Format_Fractions_AreShown(double seconds, string text) => Assert.Equal(text, Durations.Format(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(-3, "0s")]
    [InlineData(11.2, "12s")]
    [InlineData(3_725, "1h2m")]
    [InlineData(176_461, "2d1h")]
    public void FormatRough_Waiting_IsShort(double seconds, string text) => Assert.Equal(text, Durations.FormatRough(TimeSpan.FromSeconds(seconds)));
}
