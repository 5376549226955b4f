namespace Dkm.UnitTests.Audit;

using System;
using System.Linq;
using Dkm.Audit;
using Xunit;

public sealed class DenialCounterTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Records_ManyInOneSecond_TheFirstHaveTheirOwnAndTheOthersAreCounted()
    {
        var counter = new DenialCounter();

        Assert.Equal(DenialCounter.Recorded, Enumerable.Range(0, 1000).Count(i => counter.Records("a", Now.AddMilliseconds(i % 999))));
        Assert.True(counter.Records("b", Now));
        Assert.Empty(counter.Due(Now.AddMilliseconds(999)));
        Assert.Equal([("a", 1000 - DenialCounter.Recorded)], counter.Due(Now.AddSeconds(1)));
        Assert.Empty(counter.Due(Now.AddSeconds(2)));
    }

    [Fact]
    public void Records_AfterTheSecond_HaveTheirOwnAgain()
    {
        var counter = new DenialCounter();
        Assert.Equal(10, Enumerable.Range(0, 50).Count(_ => counter.Records("a", Now)));
        counter.Due(Now.AddSeconds(1));

        Assert.Equal(10, Enumerable.Range(0, 50).Count(_ => counter.Records("a", Now.AddSeconds(1))));
    }

    [Fact]
    public void Due_ClockSetBackOrTheLast_NothingIsLost()
    {
        var counter = new DenialCounter();
        Enumerable.Range(0, 11).ToList().ForEach(_ => counter.Records("a", Now));
        Assert.Equal([("a", 1)], counter.Due(Now.AddHours(-1)));

        Enumerable.Range(0, 12).ToList().ForEach(_ => counter.Records("a", Now));
        Assert.Equal([("a", 2)], counter.Due(Now, last: true));
    }

    [Fact]
    public void Records_MoreIdentitiesThanAreToldApart_AreCountedTogether()
    {
        var counter = new DenialCounter();
        var own = Enumerable.Range(0, DenialCounter.MaximumIdentities + 500).Count(i => counter.Records($"i{i}", Now));

        Assert.Equal(DenialCounter.MaximumIdentities + DenialCounter.Recorded, own);
        Assert.Equal([(null, 500 - DenialCounter.Recorded)], counter.Due(Now.AddSeconds(1)));
    }
}
