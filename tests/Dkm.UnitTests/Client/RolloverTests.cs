namespace Dkm.UnitTests.Client;

using System;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Testing.Client;
using Xunit;

/// <summary>Which key makes envelopes: by the clock, forward only.</summary>
public sealed class RolloverTests
{
    private static readonly byte[] Secret = [1, 2, 3];

    [Fact]
    public async Task Protect_NextKeysTimeCame_UsesItWithoutAnyMessage()
    {
        await using var fixture = new HolderFixture();
        var ring = fixture.AddRing();
        var next = ring.Add(HolderFixture.Start.AddMinutes(10));
        var local = await fixture.HoldAsync();
        fixture.KeyRing.Down = new DkmException(ErrorKind.Unavailable, Reasons.NotConnected, "down");
        fixture.KeyRing.Newest.End();

        fixture.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        var before = HolderFixture.KeyOf(local.Protect(Secret, HolderFixture.Context));
        fixture.Time.Advance(TimeSpan.FromTicks(1));
        var after = HolderFixture.KeyOf(local.Protect(Secret, HolderFixture.Context));

        Assert.NotEqual(next.Id, before);
        Assert.Equal(next.Id, after);
    }

    [Fact]
    public async Task Unprotect_OfAKeyThatIsStillPending_Opens()
    {
        await using var fixture = new HolderFixture();
        var ring = fixture.AddRing();
        ring.Add(HolderFixture.Start.AddMinutes(10));
        var local = await fixture.HoldAsync();
        fixture.Time.SetWall(HolderFixture.Start.AddMinutes(11));
        var envelope = local.Protect(Secret, HolderFixture.Context);
        fixture.Time.SetWall(HolderFixture.Start);

        Assert.Equal(Secret, local.Unprotect(envelope, HolderFixture.Context));
    }

    [Fact]
    public async Task Protect_ClockSetBackBehindTheSwitch_DoesNotGoBack()
    {
        await using var fixture = new HolderFixture();
        var ring = fixture.AddRing();
        var next = ring.Add(HolderFixture.Start.AddMinutes(10));
        var local = await fixture.HoldAsync();
        fixture.Time.SetWall(HolderFixture.Start.AddMinutes(11));
        local.Protect(Secret, HolderFixture.Context);

        fixture.Time.SetWall(HolderFixture.Start);
        ring.Revision++;
        await fixture.PushAsync(ring);

        Assert.Equal(next.Id, HolderFixture.KeyOf(local.Protect(Secret, HolderFixture.Context)));
    }

    [Fact]
    public async Task Protect_RingReleasedAndWantedAgain_DoesNotGoBack()
    {
        await using var fixture = new HolderFixture();
        var ring = fixture.AddRing();
        var next = ring.Add(HolderFixture.Start);
        var local = await fixture.HoldAsync();
        Assert.Equal(next.Id, HolderFixture.KeyOf(local.Protect(Secret, HolderFixture.Context)));

        fixture.Holder.Release(HolderFixture.Mail);
        ring.Set(next, Key.Types.State.Disabled);
        local = await fixture.HoldAsync();

        var refused = Assert.Throws<DkmException>(() => local.Protect(Secret, HolderFixture.Context));
        Assert.Equal((ErrorKind.FailedPrecondition, Reasons.NoPrimary), (refused.Kind, refused.Reason));
    }

    [Fact]
    public async Task Protect_ClockBehindTheServers_UsesWhatWasActiveThere()
    {
        await using var fixture = new HolderFixture();
        var ring = new FakeRing(HolderFixture.Mail);
        var key = ring.Add(HolderFixture.Start);
        fixture.KeyRing.Rings[ring.Name] = ring;
        var local = await fixture.HoldAsync();
        fixture.Time.SetWall(HolderFixture.Start.AddSeconds(-3));

        Assert.Equal(key.Id, HolderFixture.KeyOf(local.Protect(Secret, HolderFixture.Context)));
    }

    [Fact]
    public async Task KeySet_OfALowerRevision_IsRefused()
    {
        await using var fixture = new HolderFixture();
        var ring = fixture.AddRing();
        var newer = ring.Add(HolderFixture.Start);
        var local = await fixture.HoldAsync();
        var held = fixture.Holder.Find(HolderFixture.Mail)!;
        var revision = held.Snapshot!.Revision;

        newer.State = Key.Types.State.Disabled;
        ring.Revision = revision - 1;
        fixture.KeyRing.Push(HolderFixture.Mail);
        await fixture.SettleAsync();

        Assert.Equal(revision, held.Snapshot!.Revision);
        Assert.Equal(newer.Id, HolderFixture.KeyOf(local.Protect(Secret, HolderFixture.Context)));
    }

    [Fact]
    public async Task KeySet_OfALowerRevisionAfterRelease_IsRefused()
    {
        await using var fixture = new HolderFixture();
        var ring = fixture.AddRing();
        await fixture.HoldAsync();
        fixture.Holder.Release(HolderFixture.Mail);
        ring.Revision--;
        var held = fixture.Holder.Want(HolderFixture.Mail);
        await fixture.SettleAsync();

        Assert.Null(held.Snapshot);
    }

    [Fact]
    public async Task KeySet_WithoutKeys_TakesNothingAway()
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        var local = await fixture.HoldAsync();
        fixture.KeyRing.Rings[HolderFixture.Mail] = new FakeRing(HolderFixture.Mail) { Uid = "uid-1", Revision = 99 };
        fixture.KeyRing.Push(HolderFixture.Mail);
        await fixture.SettleAsync();

        Assert.Equal(Secret, local.Unprotect(local.Protect(Secret, HolderFixture.Context), HolderFixture.Context));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KeySet_OfAnotherRingOrKeyUnderAKnownName_IsRefused(bool otherUid)
    {
        await using var fixture = new HolderFixture();
        var ring = new FakeRing(HolderFixture.Mail) { Uid = "uid-1" };
        var key = ring.Add(HolderFixture.Start);
        fixture.KeyRing.Rings[ring.Name] = ring;
        var local = await fixture.HoldAsync();
        var envelope = local.Protect(Secret, HolderFixture.Context);

        ring.Revision++;
        ring.Uid = otherUid ? "uid-2" : ring.Uid;
        key.Material = otherUid ? key.Material : new byte[32];
        fixture.KeyRing.Push(HolderFixture.Mail);
        await fixture.SettleAsync();

        Assert.True(fixture.Holder.Find(HolderFixture.Mail)!.Snapshot!.Revision < ring.Revision);
        Assert.Equal(Secret, local.Unprotect(envelope, HolderFixture.Context));
    }

    [Fact]
    public async Task Protect_SuiteOfTheRingIsNewerThanThisVersion_SaysSo()
    {
        await using var fixture = new HolderFixture();
        var ring = fixture.AddRing();
        ring.Suite = (Dkm.Core.Suite)2;
        var local = await fixture.HoldAsync();

        var refused = Assert.Throws<DkmException>(() => local.Protect(Secret, HolderFixture.Context));
        Assert.Equal((ErrorKind.FailedPrecondition, Reasons.UnknownSuite), (refused.Kind, refused.Reason));
    }

    [Fact]
    public async Task KeySet_Applied_IsAcknowledged()
    {
        await using var fixture = new HolderFixture();
        var ring = fixture.AddRing();
        await fixture.HoldAsync();
        ring.Add(HolderFixture.Start.AddDays(1));
        await fixture.PushAsync(ring);

        await Soon.True(
            () => Array.Exists(
                [.. fixture.KeyRing.Newest.Heard],
                said => said.Acknowledge is { } acknowledged && acknowledged.KeyRing == ring.Name && acknowledged.Revision == ring.Revision),
            "the acknowledgement");
    }
}
