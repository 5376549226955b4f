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
        Assert.Equal(expected, BlastRadiusRule.NeedsConfirmation(new HolderCount(losing, losing), new HolderCount(holders, holders)));

    [Theory]
    [InlineData(0, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    [InlineData(int.MaxValue, true)]
    [InlineData(-1, false)]
    public void IsAllowed_ConfirmedWithAsManyIdentitiesOrMore(int confirmed, bool expected) =>
        Assert.Equal(expected, BlastRadiusRule.IsAllowed(new HolderCount(100, 3), new HolderCount(200, 5), confirmed));

    [Fact]
    public void NeedsConfirmation_ManyProcessesOfOneIdentity_AsksAndOneConfirms()
    {
        var fleet = new HolderCount(50, 1);

        Assert.True(BlastRadiusRule.NeedsConfirmation(fleet, fleet));
        Assert.False(BlastRadiusRule.IsAllowed(fleet, fleet, 0));
        Assert.True(BlastRadiusRule.IsAllowed(fleet, fleet, 1));
    }

    [Fact]
    public void NeedsConfirmation_StreamsOpenedByAnother_DoNotHideTheLoss() =>
        Assert.True(BlastRadiusRule.NeedsConfirmation(new HolderCount(2, 2), new HolderCount(2000, 3)));

    [Fact]
    public void Of_OneIdentityTwice_CountsItsProcessesAndItOnce() =>
        Assert.Equal(new HolderCount(3, 2), HolderCount.Of(["a", "b", "a"]));
}
