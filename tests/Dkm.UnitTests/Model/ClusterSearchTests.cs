namespace Dkm.UnitTests.Model;

using System;
using Xunit;

/// <summary>
/// Two leaders, two holders, pauses, cuts, a crash between any two steps, a lost answer, a lost lease, a clock set back, an old snapshot put back: every order of them.
/// The decisions on keys (<see cref="Dkm.KeyRing.Rollover.RolloverRule"/> with its archive rule, <see cref="Dkm.KeyRing.Rollover.RollNowRule.AtOnce"/>,
/// <see cref="Dkm.Core.Keys.PrimaryRule"/>) are the shipped ones; store, replicas and leases are modelled. What holds each guard in the product itself are the tests of Storage,
/// KeyRing and Client. The number of states is part of the test, so that a model which became smaller by mistake does not pass.
/// </summary>
public sealed class ClusterSearchTests
{
    [Fact]
    public void Search_WithAllGuards_FindsNoHistoryThatBreaksAPromise()
    {
        Assert.Equal((null, 1_889_002), Run(Guard.All, Scope.Long));
        Assert.Equal((null, 383_997), Run(Guard.All, Scope.Archiving));
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
    [InlineData(Guard.PersistedMark)]
    public void Search_WithoutAGuard_FindsACounterexample(Guard missing)
    {
        var scope = missing switch
        {
            Guard.KeysStay => Scope.Archiving,
            Guard.PersistedMark => Scope.ThreeFaults,
            _ => Scope.Long,
        };

        var (history, _) = Run(Guard.All & ~missing, scope);

        Assert.NotNull(history);

        // Three faults break a promise with the mark too (below), but not by this history.
        Assert.True(missing != Guard.PersistedMark || history != Run(Guard.All, scope).History, "the guard makes no difference");
    }

    /// <summary>
    /// A limit that THREAT_MODEL states: what only one replica has seen is lost unnoticed if an older snapshot is put back, another replica writes on it up to that
    /// number, and the only witness, which crashed, comes back with no more than the number.
    /// </summary>
    [Fact]
    public void Search_ThreeFaults_FindsTheLimitOfMarksThatAreNumbers()
    {
        var (history, _) = Run(Guard.All, Scope.ThreeFaults);

        Assert.Contains("somebody puts the first snapshot back", history, StringComparison.Ordinal);
        Assert.Contains("crashes", history, StringComparison.Ordinal);
    }

    private static (string? History, int States) Run(Guard guards, Scope scope)
    {
        var search = new Search(new ClusterModel(guards, scope));
        var history = search.Run();
        TestContext.Current.TestOutputHelper!.WriteLine($"{scope}: {search.States} states{Environment.NewLine}{history}");
        return (history, search.States);
    }
}
