namespace Dkm.UnitTests.KeyRing;

using System;
using System.Threading.Tasks;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Dkm.Testing.Storage;
using Xunit;

public sealed class DueRingsTests
{
    /// <summary>A period that no policy rule lets through, and that ends after the last year there is.</summary>
    private static readonly RingPolicy Poison = RingPolicy.Default with { RolloverPeriod = TimeSpan.FromDays(365 * 9000.0) };

    [Fact]
    public async Task RunAsync_NothingCanBeMadeOfOneRing_TheOthersRollAndItIsTriedAgain()
    {
        await using var rings = await StoredRings.OpenAsync();
        await rings.AddAsync("a/poison", Poison);
        rings.GoToNext(await rings.AddAsync("b/sound"));

        await rings.RollAsync();

        Assert.Equal((1, 2), (rings.KeysOf("a/poison"), rings.KeysOf("b/sound")));
        Assert.Single(rings.Log.Errors);
        await rings.RollAsync();
        Assert.Single(rings.Log.Errors);
        rings.Time.Advance(TimeSpan.FromSeconds(31));
        await rings.RollAsync();
        Assert.Equal(2, rings.Log.Errors.Count);
    }

    [Fact]
    public async Task RunAsync_WriteFailsForNoKnownReason_EachIsTriedAloneAndAgainLater()
    {
        await using var rings = await StoredRings.OpenAsync();
        await rings.AddAsync("a");
        rings.GoToNext(await rings.AddAsync("b"));
        rings.Faults.OnCommit = _ => throw new ArgumentException("a bug");

        await rings.RollAsync();

        // Together, then each alone.
        Assert.Equal(3, rings.Log.Errors.Count);
        rings.Faults.OnCommit = _ => CommitFault.None;
        await rings.RollAsync();
        Assert.Equal((1, 1), (rings.KeysOf("a"), rings.KeysOf("b")));
        rings.Time.Advance(TimeSpan.FromSeconds(31));
        await rings.RollAsync();
        Assert.Equal((2, 2), (rings.KeysOf("a"), rings.KeysOf("b")));
    }

    [Fact]
    public async Task RunAsync_StoreAway_TriedAgainAfterASecond()
    {
        await using var rings = await StoredRings.OpenAsync();
        rings.GoToNext(await rings.AddAsync("ring"));
        rings.Faults.OnCommit = _ => CommitFault.Unavailable;
        await rings.RollAsync();
        rings.Faults.OnCommit = _ => CommitFault.None;

        rings.Time.Advance(TimeSpan.FromSeconds(1.1));
        await rings.RollAsync();

        Assert.Equal(2, rings.KeysOf("ring"));
        Assert.Empty(rings.Log.Errors);
    }

    [Fact]
    public async Task RunAsync_LeaderSleptAfterItsDecision_SendsNothingOfItAndDecidesAnew()
    {
        await using var rings = await StoredRings.OpenAsync();
        await rings.AddAsync("a");
        rings.GoToNext(await rings.AddAsync("b"));
        var sent = 0;
        rings.Faults.OnCommit = _ =>
        {
            // Before the answer comes that makes it try each ring alone.
            sent++;
            rings.Time.Advance(RollingRing.Timing.SendLimit + TimeSpan.FromSeconds(1));
            throw new ArgumentException("a bug");
        };
        await rings.RollAsync();
        rings.Faults.OnCommit = _ => CommitFault.None;

        Assert.Equal(1, sent);
        Assert.Equal((1, 1), (rings.KeysOf("a"), rings.KeysOf("b")));
        rings.Time.Advance(TimeSpan.FromSeconds(1.1));
        await rings.RollAsync();
        Assert.Equal((2, 2), (rings.KeysOf("a"), rings.KeysOf("b")));
    }

    [Fact]
    public void SendLimit_WithTheElection_IsWithinTheCommitsShareOfMaxRefresh()
    {
        var timing = RollingRing.Timing;

        Assert.True(timing.SendLimit + RolloverTiming.LeaderLease <= timing.MaxRefresh - timing.RefreshBound - timing.Tolerance);
    }
}
