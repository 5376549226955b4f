namespace Dkm.UnitTests.KeyRing;

using System;
using System.Linq;
using Dkm.KeyRing.Distribution.Holders;
using Dkm.KeyRing.Keys.States;
using Xunit;

public sealed class DestroyRuleTests
{
    private static readonly DateTimeOffset Due = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(-1, "-1", false, "NotYet")]
    [InlineData(-1, "0", true, "NotYet")]
    [InlineData(0, "0", false, "Due")]
    [InlineData(0, "-1", false, "ClocksDisagree")]
    [InlineData(0, "-1", true, "ClocksDisagree")]
    [InlineData(5, "0", false, "Due")]
    [InlineData(6, "0", false, "ClocksDisagree")]
    [InlineData(0, "5", false, "Due")]
    [InlineData(0, "6", false, "ClocksDisagree")]
    [InlineData(3600, "1", false, "ClocksDisagree")]
    [InlineData(1, "-3600 1", false, "Due")]
    [InlineData(0, "", false, "NoSecondClock")]
    [InlineData(0, "", true, "Due")]
    public void Judge_SecondsAfterTheTime_OnOurClockAndTheOthers(int ours, string others, bool aloneByDesign, string expected)
    {
        var clocks = others.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select((seconds, i) => new ReplicaClock($"{i}", Due + TimeSpan.FromSeconds(int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture))));

        Assert.Equal(expected, DestroyRule.Judge(Due, Due + TimeSpan.FromSeconds(ours), [.. clocks], aloneByDesign).ToString());
    }
}
