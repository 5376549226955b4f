namespace Dkm.UnitTests.KeyRing;

using System;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core.Keys;
using Dkm.Hosting;
using Dkm.KeyRing.Distribution.Holders;
using Dkm.KeyRing.Keys.States;
using Dkm.KeyRing.Rings;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

public sealed class DueDestructionsTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromDays(30);

    [Theory]
    [InlineData(31 * 86400, true)]
    [InlineData(6, true)]
    [InlineData(4, false)]
    [InlineData(-3600, false)]
    public async Task RunAsync_ScheduledByAClockBehind_IsDueByTheLeadersReckoning(int secondsBehind, bool putOff)
    {
        await using var rings = await StoredRings.OpenAsync();
        using var scheduled = new ScheduledDestructions(rings.Catalog, rings.Time);
        var ring = await rings.AddAsync("ring");
        rings.Time.Advance(TimeSpan.FromDays(100));
        var behind = rings.Time.GetUtcNow() - TimeSpan.FromSeconds(secondsBehind);
        await ScheduleAsync(rings, ring, behind);

        await RunAsync(rings, scheduled);

        var key = rings.Catalog.Find("ring")!.Keys.Single();
        Assert.Equal(StoredKeyState.DestroyScheduled, key.Facts.Stored);
        Assert.Equal(putOff ? rings.Time.GetUtcNow() + Delay : behind + Delay, key.Mark!.DestroyTime);

        // What was put off is not put off again.
        rings.Time.Advance(TimeSpan.FromDays(1));
        await RunAsync(rings, scheduled);
        Assert.Equal(key.Mark, rings.Catalog.Find("ring")!.Keys.Single().Mark);
    }

    [Fact]
    public async Task RunAsync_ScheduledBeforeThisReplicaStarted_StaysAsTheRecordSays()
    {
        await using var rings = await StoredRings.OpenAsync();
        var ring = await rings.AddAsync("ring");
        await ScheduleAsync(rings, ring, rings.Time.GetUtcNow());
        rings.Time.Advance(TimeSpan.FromDays(10));
        using var scheduled = new ScheduledDestructions(rings.Catalog, rings.Time);
        rings.Catalog.Apply(new(Reset: true, new(1, 99), Records(rings), []));

        await RunAsync(rings, scheduled);

        Assert.Equal(RollingRing.Start + Delay, rings.Catalog.Find("ring")!.Keys.Single().Mark!.DestroyTime);
        Assert.Empty(scheduled.TooEarly());
    }

    private static Dkm.Storage.Record[] Records(StoredRings rings)
    {
        var view = rings.Catalog.Find("ring")!;
        return
        [
            new(RingRecords.Path("ring"), RecordTypes.Ring, view.Ring.RecordVersion, 1, 1, RingRecords.Write(view.Ring, "op")),
            .. view.Keys.Select(key => new Dkm.Storage.Record(
                Dkm.KeyRing.Keys.KeyRecords.Path(view.Ring.Uid, key.Id), RecordTypes.Key, key.RecordVersion, 1, 1, Dkm.KeyRing.Keys.KeyRecords.Write(key, view.Ring.Uid, "op"))),
        ];
    }

    private static Task RunAsync(StoredRings rings, ScheduledDestructions scheduled) =>
        new DueDestructions(scheduled, new ReplicaPresence(rings.Store, new ReplicaIdentity(rings.Time)), rings.Repository, rings.Time, NullLogger<DueDestructions>.Instance)
            .RunAsync(StoredRings.Fence, StoredRings.Token);

    private static Task ScheduleAsync(StoredRings rings, RingView ring, DateTimeOffset now)
    {
        var mark = new KeyMark(StoredKeyState.Enabled, now, "test", now + Delay);
        var after = new RingView(ring.Ring with { Revision = 2, UpdateTime = now }, [.. ring.Keys.Select(key => key.With(StoredKeyState.DestroyScheduled, mark, now))]);
        return rings.Repository.CommitAsync(new RingChange(ring, after), note: null, long.MaxValue, StoredRings.Token);
    }
}
