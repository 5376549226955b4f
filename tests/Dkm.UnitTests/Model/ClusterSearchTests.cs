namespace Dkm.UnitTests.Model;

using System;
using Xunit;

/// <summary>
/// Two leaders, two holders, pauses, cuts, a crash between any two steps, a lost answer, a lost lease, a clock set back, an old snapshot put back: every order of them,
/// over the decisions that are shipped. The number of states is part of the test, so that a model which became smaller by mistake does not pass.
/// </summary>
public sealed class ClusterSearchTests
{
    private const int Horizon = 4;
    private const int AfterRestoreHorizon = 2;
    private const int Faults = 1;

    [Theory]
    [InlineData(Horizon, false, 1_889_002)]
    [InlineData(AfterRestoreHorizon, true, 175_668)]
    public void Search_WithAllGuards_FindsNoHistoryThatBreaksAPromise(int horizon, bool rollAfterRestore, int states)
    {
        var search = new Search(new ClusterModel(Guard.All, horizon, Faults, rollAfterRestore));

        Assert.Null(search.Run());
        Assert.Equal(states, search.States);
    }

    [Theory]
    [InlineData(Guard.RingCompare)]
    [InlineData(Guard.ManifestCompare)]
    [InlineData(Guard.Fence)]
    [InlineData(Guard.SendLimit)]
    [InlineData(Guard.PublicationLead)]
    [InlineData(Guard.Freshness)]
    [InlineData(Guard.HighWaterMark)]
    [InlineData(Guard.NewestPrimarySeen)]
    [InlineData(Guard.BootClockLease)]
    [InlineData(Guard.KeysStay)]
    public void Search_WithoutAGuard_FindsACounterexample(Guard missing)
    {
        var afterRestore = missing == Guard.KeysStay;
        var history = new Search(new ClusterModel(Guard.All & ~missing, afterRestore ? AfterRestoreHorizon : Horizon, Faults, afterRestore)).Run();

        TestContext.Current.TestOutputHelper!.WriteLine($"without {missing}:{Environment.NewLine}{history}");
        Assert.NotNull(history);
    }
}
