namespace Dkm.IntegrationTests.KeyRing;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.Rollover;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Dkm.Testing.Services;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Xunit;

/// <summary>Rollover as a holder sees it. Has servers of its own, since it stops some of them.</summary>
public sealed class RolloverTests(KeyRingFixture fixture) : IClassFixture<KeyRingFixture>
{
    [Fact]
    public async Task ByTime_NextKeyIsPublishedALeadBeforeAndOldOnesAreArchived()
    {
        var group = await fixture.NewGroupAsync(KeyRingFixture.Worker);
        var wanted = fixture.Ring(group, Permission.Hold);
        wanted.Policy = KeyRingFixture.Policy(TimeSpan.FromSeconds(5));
        wanted.Policy.ArchiveAfter = 1;
        var ring = await fixture.Admins.CreateKeyRingAsync(new() { KeyRing = wanted }, cancellationToken: KeyRingFixture.Token);
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);

        var published = await holder.SetAsync(ring.Name, set => set.Keys.Any(key => key.State == Key.Types.State.Pending));

        var (first, second) = (published.Keys[0], published.Keys[1]);
        var period = second.ActivateTime.ToDateTimeOffset() - first.ActivateTime.ToDateTimeOffset();

        // Exact where the leader is awake within an eighth of a second, which a busy machine may not let it be.
        Assert.InRange(period, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(7));
        Assert.True(second.ActivateTime.ToDateTimeOffset() - published.SendTime.ToDateTimeOffset() > TimeSpan.FromSeconds(2.5));

        var settled = await holder.SetAsync(ring.Name, set => set.Keys.All(key => key.Id != first.Id));
        Assert.Contains(settled.Keys, key => key.Id == second.Id);
        var archived = await fixture.KeySets(KeyRingFixture.Worker).ResolveKeyAsync(new() { KeyId = first.Id }, cancellationToken: KeyRingFixture.Token);
        Assert.Equal((Key.Types.State.Archived, first.Material), (archived.Key.State, archived.Key.Material));
    }

    [Fact]
    public async Task RolloverKeyRing_OnePending_SameKeyAgainAndNoSecondOne()
    {
        var ring = await fixture.NewRingAsync(null);
        var request = new RolloverKeyRingRequest { Name = ring.Name, RequestId = Guid.CreateVersion7().ToString() };

        var key = await fixture.Admins.RolloverKeyRingAsync(request, cancellationToken: KeyRingFixture.Token);

        Assert.Equal(Key.Types.State.Pending, key.State);
        Assert.True(key.ActivateTime.ToDateTimeOffset() - key.CreateTime.ToDateTimeOffset() >= TimeSpan.FromSeconds(3.5));
        Assert.Equal(key.Id, (await fixture.Admins.RolloverKeyRingAsync(request, cancellationToken: KeyRingFixture.Token)).Id);
        Assert.Equal(key.Id, (await fixture.Admins.RolloverKeyRingAsync(new() { Name = ring.Name }, cancellationToken: KeyRingFixture.Token)).Id);
        Assert.Equal(2, (await KeysAsync(ring.Name)).Keys.Count);
        var before = await KeysAsync(ring.Name);
        request.Immediate = true;
        await RpcAssert.FailsAsync(StatusCode.AlreadyExists, Reasons.RequestIdReused, fixture.Admins.RolloverKeyRingAsync(request, cancellationToken: KeyRingFixture.Token));
        Assert.Equal(before, await KeysAsync(ring.Name));
    }

    [Fact]
    public async Task RolloverKeyRing_ImmediateTwiceWithOneRequestId_OneKey()
    {
        var ring = await fixture.NewRingAsync(null);
        var request = new RolloverKeyRingRequest { Name = ring.Name, Immediate = true, RequestId = Guid.CreateVersion7().ToString() };
        var first = await fixture.Admins.RolloverKeyRingAsync(request, cancellationToken: KeyRingFixture.Token);

        var again = await fixture.Admins.RolloverKeyRingAsync(request, cancellationToken: KeyRingFixture.Token);

        Assert.Equal(first.Id, again.Id);
        Assert.Equal(2, (await KeysAsync(ring.Name)).Keys.Count);
    }

    [Fact]
    public async Task RolloverKeyRing_RequestIdOlderThanTheLast_SameAnswer()
    {
        var ring = await fixture.NewRingAsync(null);
        var request = new RolloverKeyRingRequest { Name = ring.Name, Immediate = true, RequestId = Guid.CreateVersion7().ToString() };
        var first = await fixture.Admins.RolloverKeyRingAsync(request, cancellationToken: KeyRingFixture.Token);
        var later = request.Clone();
        later.RequestId = Guid.CreateVersion7().ToString();
        await fixture.Admins.RolloverKeyRingAsync(later, cancellationToken: KeyRingFixture.Token);

        Assert.Equal(first.Id, (await fixture.Admins.RolloverKeyRingAsync(request, cancellationToken: KeyRingFixture.Token)).Id);

        Assert.Equal(3, (await KeysAsync(ring.Name)).Keys.Count);
        request.Name = (await fixture.NewRingAsync(null)).Name;
        await RpcAssert.FailsAsync(StatusCode.AlreadyExists, Reasons.RequestIdReused, fixture.Admins.RolloverKeyRingAsync(request, cancellationToken: KeyRingFixture.Token));
    }

    [Fact]
    public async Task RolloverKeyRing_Immediate_ActiveAtOnceAndThePendingOneArchived()
    {
        var ring = await fixture.NewRingAsync(await fixture.NewGroupAsync(KeyRingFixture.Worker), Permission.Hold);
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        var pending = await fixture.Admins.RolloverKeyRingAsync(new() { Name = ring.Name }, cancellationToken: KeyRingFixture.Token);

        var key = await fixture.Admins.RolloverKeyRingAsync(new() { Name = ring.Name, Immediate = true }, cancellationToken: KeyRingFixture.Token);

        Assert.Equal((Key.Types.State.Active, true), (key.State, key.Primary));
        var keys = (await KeysAsync(ring.Name)).Keys.ToDictionary(one => one.Id);
        Assert.Equal(Key.Types.State.Archived, keys[pending.Id].State);
        Assert.NotNull(keys[pending.Id].ArchiveTime);
        var successor = Assert.Single(keys.Values, one => one.State == Key.Types.State.Pending);
        Assert.Equal(pending.ActivateTime.ToDateTimeOffset() + TimeSpan.FromMilliseconds(1), successor.ActivateTime.ToDateTimeOffset());
        await holder.SetAsync(ring.Name, set => set.Keys.Count == 3 && set.Keys.All(one => Text(one) != pending.Id));
    }

    [Fact]
    public async Task RolloverKeyRing_ImmediateAgainAndAgain_RefusedAndNothingChanged()
    {
        var wanted = fixture.Ring(null);
        wanted.Policy.KeyLease = TimeSpan.FromMinutes(20).ToDuration();
        var request = new RolloverKeyRingRequest
        {
            Name = (await fixture.Admins.CreateKeyRingAsync(new() { KeyRing = wanted }, cancellationToken: KeyRingFixture.Token)).Name,
            Immediate = true,
        };

        // The first key of the ring is a young one too.
        for (var i = 1; i < RollNowRule.MaximumYoungKeys; i++)
        {
            await fixture.Admins.RolloverKeyRingAsync(request, cancellationToken: KeyRingFixture.Token);
        }

        var before = await KeysAsync(request.Name);
        await RpcAssert.FailsAsync(
            StatusCode.ResourceExhausted, Reasons.TooMany, fixture.Admins.RolloverKeyRingAsync(request, cancellationToken: KeyRingFixture.Token));

        // Not their states: the leader archives meanwhile.
        Assert.Equal(before.Keys.Select(key => key.Id), (await KeysAsync(request.Name)).Keys.Select(key => key.Id));
        request.Immediate = false;
        Assert.Equal(Key.Types.State.Pending, (await fixture.Admins.RolloverKeyRingAsync(request, cancellationToken: KeyRingFixture.Token)).State);
    }

    [Fact]
    public async Task RolloverKeyRing_ByManageAndByOthers()
    {
        var group = await fixture.NewGroupAsync("/ns/ops/sa/roller");
        var ring = await fixture.NewRingAsync(group, Permission.Manage);

        await fixture.Rings("/ns/ops/sa/roller").RolloverKeyRingAsync(new() { Name = ring.Name }, cancellationToken: KeyRingFixture.Token);
        await RpcAssert.FailsAsync(
            StatusCode.PermissionDenied, Reasons.NotBound, fixture.Rings(KeyRingFixture.Worker).RolloverKeyRingAsync(new() { Name = ring.Name }, cancellationToken: KeyRingFixture.Token));
        await RpcAssert.FailsAsync(StatusCode.NotFound, Reasons.NotFound, fixture.Admins.RolloverKeyRingAsync(new() { Name = "no/such" }, cancellationToken: KeyRingFixture.Token));
    }

    [Fact]
    public async Task UpdateKeyRing_TakesHoldAway_RollsInTheSameStep()
    {
        var ring = await fixture.NewRingAsync(await fixture.NewGroupAsync(KeyRingFixture.Worker), Permission.Hold);
        ring.Bindings.Clear();

        await fixture.Admins.UpdateKeyRingAsync(new() { KeyRing = ring, UpdateMask = FieldMask.FromString("bindings") }, cancellationToken: KeyRingFixture.Token);

        Assert.Equal(2, (await KeysAsync(ring.Name)).Keys.Count);
    }

    [Fact]
    public async Task RemovedFromTheGroup_OneOfItsRingsWasJustRolled_TheOtherRollsAllTheSame()
    {
        var group = await fixture.NewGroupAsync(KeyRingFixture.Worker, "/ns/mail/sa/other");
        var slow = fixture.Ring(group, Permission.Hold);
        slow.Policy.KeyLease = slow.Policy.ActivationLead = TimeSpan.FromMinutes(20).ToDuration();
        await fixture.Admins.CreateKeyRingAsync(new() { KeyRing = slow }, cancellationToken: KeyRingFixture.Token);
        var ring = await fixture.NewRingAsync(group, Permission.Hold);
        await fixture.Admins.RolloverKeyRingAsync(new() { Name = slow.Name }, cancellationToken: KeyRingFixture.Token);

        await fixture.SetMembersAsync(group, KeyRingFixture.Worker);

        await Eventually.TrueAsync(async () => (await KeysAsync(ring.Name)).Keys.Count == 2, "the roll of the ring that waits for nothing");
        Assert.Equal(2, (await KeysAsync(slow.Name)).Keys.Count);
    }

    [Fact]
    public async Task Restart_EverythingIsStillThere_AndARemovalMeanwhileIsAnswered()
    {
        var group = await fixture.NewGroupAsync(KeyRingFixture.Worker, "/ns/mail/sa/other");
        var ring = await fixture.NewRingAsync(group, Permission.Hold);
        KeySet before;
        await using (var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name))
        {
            before = await holder.SetAsync(ring.Name);
        }

        await fixture.KeyRing.DisposeAsync();
        await fixture.SetMembersAsync(group, KeyRingFixture.Worker);
        await fixture.ReplaceKeyRingAsync();

        await using var again = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        var after = await again.SetAsync(ring.Name, set => set.Keys.Count == 2);
        Assert.Equal(before.Keys[0].Material, after.Keys[0].Material);
        Assert.Equal((before.KeyRingUid, before.Keys[0].Id), (after.KeyRingUid, after.Keys[0].Id));
        Assert.True(after.Revision > before.Revision);
    }

    [Fact]
    public async Task ManyRingsDueTogether_EachGetsItsNextKeyInItsSlot()
    {
        var names = new List<string>();
        for (var i = 0; i < 50; i++)
        {
            var ring = fixture.Ring(null);
            ring.Policy = KeyRingFixture.Policy(TimeSpan.FromSeconds(6));
            names.Add((await fixture.Admins.CreateKeyRingAsync(new() { KeyRing = ring }, cancellationToken: KeyRingFixture.Token)).Name);
        }

        foreach (var name in names)
        {
            await Eventually.TrueAsync(async () => (await KeysAsync(name)).Keys.Count >= 2, $"the next key of {name}");
            var keys = (await KeysAsync(name)).Keys.Reverse().Select(key => key.ActivateTime.ToDateTimeOffset()).ToList();
            Assert.InRange(keys[1] - keys[0], TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(7));
        }
    }

    [Fact]
    public async Task TwoReplicas_OneKeyPerSlot_AndBothServeIt()
    {
        await using var second = await fixture.StartKeyRingAsync();
        var wanted = fixture.Ring(await fixture.NewGroupAsync(KeyRingFixture.Worker), Permission.Hold);
        wanted.Policy = KeyRingFixture.Policy(TimeSpan.FromSeconds(5));
        wanted.Policy.ArchiveAfter = 100;
        var ring = await fixture.Admins.CreateKeyRingAsync(new() { KeyRing = wanted }, cancellationToken: KeyRingFixture.Token);
        await using var there = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker, second), transient: false, ring.Name);

        var set = await there.SetAsync(ring.Name, set => set.Keys.Count == 4);

        var times = set.Keys.Select(key => key.ActivateTime.ToDateTimeOffset()).ToList();
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(7)));
    }

    [Fact]
    public async Task TwoReplicas_RolledOnBothAtOnce_OneKey()
    {
        await using var second = await fixture.StartKeyRingAsync();
        var ring = await fixture.NewRingAsync(null);
        await Eventually.TrueAsync(
            async () => (await fixture.Rings(KeyRingFixture.Admin, second).ListKeyRingsAsync(new() { PageSize = 1000 }, cancellationToken: KeyRingFixture.Token)).KeyRings.Any(one => one.Name == ring.Name),
            "the ring on the second replica");

        var keys = await Task.WhenAll(
            fixture.Admins.RolloverKeyRingAsync(new() { Name = ring.Name }, cancellationToken: KeyRingFixture.Token).ResponseAsync,
            fixture.Rings(KeyRingFixture.Admin, second).RolloverKeyRingAsync(new() { Name = ring.Name }, cancellationToken: KeyRingFixture.Token).ResponseAsync);

        Assert.Single(keys.Select(key => key.Id).Distinct());
        Assert.Equal(2, (await KeysAsync(ring.Name)).Keys.Count);
    }

    private static string Text(KeyMaterial key) => KeyId.Read(key.Id.Span).ToString();

    private async Task<ListKeysResponse> KeysAsync(string ring) => await fixture.Admins.ListKeysAsync(new ListKeysRequest { KeyRing = ring }, cancellationToken: KeyRingFixture.Token);
}
