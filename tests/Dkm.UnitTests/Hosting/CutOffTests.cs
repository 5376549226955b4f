namespace Dkm.UnitTests.Hosting;

using System;
using Dkm.Hosting.Policy;
using Xunit;

public sealed class CutOffTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(1, 3600, false)]
    [InlineData(10, 3600, false)]
    [InlineData(11, 3600, true)]
    [InlineData(11, 11, true)]
    [InlineData(30, 14, false)]
    [InlineData(30, 15, true)]
    [InlineData(3600, 59, false)]
    [InlineData(3600, 60, true)]
    [InlineData(int.MaxValue, 9, false)]
    [InlineData(int.MaxValue, 10, true)]
    public void IsReached_Unconfirmed_StreamsOfAnOutageLastLongerAndLonger(int unconfirmed, int open, bool reached) => Assert.Equal(
        reached,
        CutOff.IsReached(Limit, unconfirmed == int.MaxValue ? TimeSpan.MaxValue : TimeSpan.FromSeconds(unconfirmed), TimeSpan.FromSeconds(open)));

    [Fact]
    public void IsReached_AllReplicasCutOffForADay_AStreamAMinuteAtMost()
    {
        var (streams, begin) = (0, 0);
        for (var second = 1; second <= 86_400; second++)
        {
            if (CutOff.IsReached(Limit, TimeSpan.FromSeconds(second), TimeSpan.FromSeconds(second - begin)))
            {
                (streams, begin) = (streams + 1, second);
            }
        }

        Assert.InRange(streams, 1440, 1445);
    }
}
