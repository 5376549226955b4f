namespace Dkm.UnitTests.Transport;

using System;
using System.Linq;
using Dkm.Transport;
using Xunit;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(1, 25, 50)]
    [InlineData(2, 50, 100)]
    [InlineData(6, 800, 1600)]
    [InlineData(1000, 1000, 2000)]
    public void After_Attempts_DoublesUpToALimit(int attempt, int least, int most)
    {
        var waits = Enumerable.Range(0, 100).Select(_ => Backoff.After(attempt).TotalMilliseconds).ToList();

        Assert.All(waits, wait => Assert.InRange(wait, least, most));
        Assert.True(waits.Distinct().Count() > 1, "waits differ, so that callers do not come back in step");
    }
}
