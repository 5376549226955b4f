namespace Dkm.UnitTests.Cli;

using System;
using System.Linq;
using Dkm.Cli.Dev;
using Xunit;

public sealed class WalkTests
{
    [Theory]
    [InlineData(false, 6)]
    [InlineData(true, 3)]
    public void Lines_OfAHome_MakeNothingThatIsThereFromBefore(bool again, int pasted)
    {
        var lines = Walk.Lines("/home/ada/.dkm", "/opt/dkm", again);

        Assert.Equal(pasted, lines.Split('\n').Count(line => line.StartsWith("  ", StringComparison.Ordinal)));
        Assert.Equal(!again, lines.Contains("dkm group create", StringComparison.Ordinal));
        Assert.Equal(again, lines.Contains("dkm ring list", StringComparison.Ordinal));
    }
}
