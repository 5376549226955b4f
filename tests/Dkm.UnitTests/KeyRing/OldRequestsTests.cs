namespace Dkm.UnitTests.KeyRing;

using System;
using System.Threading.Tasks;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Xunit;

public sealed class OldRequestsTests
{
    private const string RequestId = "6fa459ea-ee8a-4ca4-894e-db77e1603551";

    [Fact]
    public async Task RunAsync_NoteOlderThanADay_IsRemovedAndTheRingStillKnowsItsRequest()
    {
        await using var rings = await StoredRings.OpenAsync();
        var ring = await rings.AddAsync("ring", requestId: RequestId);
        var old = new OldRequests(rings.Catalog, rings.Store, rings.Time);

        rings.Time.Advance(RequestNote.Kept);
        await old.RunAsync(StoredRings.Fence, StoredRings.Token);
        Assert.Equal(ring.Ring.Uid, rings.Catalog.Content.Requests[RequestId].RingUid);

        rings.Time.Advance(TimeSpan.FromMinutes(2));
        await old.RunAsync(StoredRings.Fence, StoredRings.Token);

        Assert.Empty(rings.Catalog.Content.Requests);
        Assert.Empty((await rings.Faults.RangeAsync("/dkm/v1/keyring/requests/", null, 10, cancellationToken: StoredRings.Token)).Entries);
        Assert.Same(rings.Catalog.Find("ring"), rings.Catalog.FindRequest(RequestId));
    }

    [Fact]
    public async Task RunAsync_MoreThanOneCommitTakes_TheRestAtTheNextTurn()
    {
        await using var rings = await StoredRings.OpenAsync();
        for (var i = 0; i <= OldRequests.NotesPerCommit; i++)
        {
            await rings.AddAsync($"ring-{i}", requestId: Guid.NewGuid().ToString());
        }

        var old = new OldRequests(rings.Catalog, rings.Store, rings.Time);
        rings.Time.Advance(RequestNote.Kept + TimeSpan.FromMinutes(1));

        await old.RunAsync(StoredRings.Fence, StoredRings.Token);
        Assert.Single(rings.Catalog.Content.Requests);
        await old.RunAsync(StoredRings.Fence, StoredRings.Token);
        Assert.Empty(rings.Catalog.Content.Requests);
        Assert.Empty(rings.Catalog.Content.NotesOfRing);
    }

    [Fact]
    public async Task CommitAsync_RequestIdThatMadeSomething_LosesTheRace()
    {
        await using var rings = await StoredRings.OpenAsync();
        await rings.AddAsync("one", requestId: RequestId);

        var thrown = await Assert.ThrowsAsync<Dkm.Core.DkmException>(() => rings.AddAsync("two", requestId: RequestId));

        Assert.Equal(Dkm.Core.Reasons.LostRace, thrown.Reason);
        Assert.Null(rings.Catalog.Find("two"));
    }
}
