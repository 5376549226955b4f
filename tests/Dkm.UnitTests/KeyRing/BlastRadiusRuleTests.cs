namespace Dkm.UnitTests.KeyRing;

using Dkm.Core.Authorization;
using Xunit;

public sealed class BlastRadiusRuleTests
{
    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(1, 1, false)]
    [InlineData(1, 2, false)]
    [InlineData(2, 2, true)]
    [InlineData(2, 9, true)]
    [InlineData(2, 10, false)]
    [InlineData(3, 14, true)]
    [InlineData(3, 15, false)]
    [InlineData(1_000_000_000, 2_000_000_000, true)]
    public void NeedsConfirmation_MoreThanOneAndMoreThanAFifth(int losing, int holders, bool expected) =>
        Assert.Equal(expected, BlastRadiusRule.NeedsConfirmation(losing, holders));

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void IsAllowed_ConfirmedWithAnotherNumber_IsNoConfirmation(int confirmed, bool expected) =>
        Assert.Equal(expected, BlastRadiusRule.IsAllowed(3, 5, confirmed));
}
