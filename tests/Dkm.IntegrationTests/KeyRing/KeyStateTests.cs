namespace Dkm.IntegrationTests.KeyRing;

using System;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Testing.Services;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using Xunit;

/// <summary>Disable, enable, compromise, destroy and restore through the real RPCs, and what a holder hears of it.</summary>
[Collection(KeyRingCollection.Name)]
public sealed class KeyStateTests(KeyRingFixture fixture)
{
    private const string Roller = "/ns/ops/sa/roller";

    [Fact]
    public async Task DisableKey_ThePrimary_AnotherIsPrimaryInTheSameStepAndHoldersLoseTheOldOneAtOnce()
    {
        var ring = await HeldRingAsync();
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        var before = await holder.SetAsync(ring.Name);

        var disabled = await fixture.Admins.DisableKeyAsync(
            new() { KeyRing = ring.Name, Id = ring.PrimaryKeyId, Reason = "leak suspected" }, cancellationToken: KeyRingFixture.Token);

        Assert.Equal((Key.Types.State.Disabled, false, "leak suspected"), (disabled.State, disabled.Primary, disabled.StateReason));
        var after = await holder.SetAsync(ring.Name, set => set.Revision > before.Revision);
        Assert.NotEqual(before.Keys[0].Id, Assert.Single(after.Keys).Id);
        Assert.True(after.Keys[0].ActivateTime.ToDateTimeOffset() <= after.SendTime.ToDateTimeOffset());
        var now = await RingAsync(ring.Name);
        Assert.Equal(Text(after.Keys[0].Id), now.PrimaryKeyId);
        await RefusedAsync(StatusCode.FailedPrecondition, Reasons.KeyState, fixture.KeySets(KeyRingFixture.Worker).ResolveKeyAsync(new() { KeyId = before.Keys[0].Id }, cancellationToken: KeyRingFixture.Token));
    }

    [Fact]
    public async Task EnableKey_WhatWasPrimary_OpensAgainAndIsNotPrimaryAgain()
    {
        var ring = await HeldRingAsync();
        await fixture.Admins.DisableKeyAsync(Disable(ring), cancellationToken: KeyRingFixture.Token);
        var primary = (await RingAsync(ring.Name)).PrimaryKeyId;

        var enabled = await fixture.Admins.EnableKeyAsync(new() { KeyRing = ring.Name, Id = ring.PrimaryKeyId }, cancellationToken: KeyRingFixture.Token);

        Assert.Equal((Key.Types.State.Active, false), (enabled.State, enabled.Primary));
        Assert.Equal(primary, (await RingAsync(ring.Name)).PrimaryKeyId);
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        Assert.Equal(2, (await holder.SetAsync(ring.Name)).Keys.Count);
    }

    [Fact]
    public async Task MarkKeyCompromised_ThePrimaryWithOnePending_BothGoAndBothAreFollowed()
    {
        var ring = await HeldRingAsync();
        var pending = await fixture.Admins.RolloverKeyRingAsync(new() { Name = ring.Name }, cancellationToken: KeyRingFixture.Token);

        var key = await fixture.Admins.MarkKeyCompromisedAsync(new() { KeyRing = ring.Name, Id = ring.PrimaryKeyId }, cancellationToken: KeyRingFixture.Token);

        Assert.Equal(Key.Types.State.Compromised, key.State);
        var keys = await KeysAsync(ring.Name);
        Assert.Equal(Key.Types.State.Compromised, keys.Single(one => one.Id == pending.Id).State);
        Assert.Equal(2, keys.Count(one => one.State is Key.Types.State.Active or Key.Types.State.Pending));
        Assert.True(keys.Single(one => one.Primary).CreateTime >= key.StateTime);
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        Assert.DoesNotContain((await holder.SetAsync(ring.Name)).Keys, one => Text(one.Id) == key.Id || Text(one.Id) == pending.Id);
    }

    [Fact]
    public async Task ResolveKey_Compromised_MaterialForCryptoAlone()
    {
        var ring = await HeldRingAsync();
        await fixture.Admins.MarkKeyCompromisedAsync(new() { KeyRing = ring.Name, Id = ring.PrimaryKeyId }, cancellationToken: KeyRingFixture.Token);
        var request = new ResolveKeyRequest { KeyId = Bytes(ring.PrimaryKeyId) };

        var forCrypto = await fixture.KeySets(KeyRingFixture.Crypto).ResolveKeyAsync(request, cancellationToken: KeyRingFixture.Token);

        Assert.Equal((Key.Types.State.Compromised, 32), (forCrypto.Key.State, forCrypto.Key.Material.Length));
        await RefusedAsync(StatusCode.FailedPrecondition, Reasons.KeyState, fixture.KeySets(KeyRingFixture.Worker).ResolveKeyAsync(request, cancellationToken: KeyRingFixture.Token));
    }

    [Fact]
    public async Task ResolveKey_Disabled_NoMaterialEvenForCrypto()
    {
        var ring = await HeldRingAsync();
        await fixture.Admins.DisableKeyAsync(Disable(ring), cancellationToken: KeyRingFixture.Token);

        var answer = await fixture.KeySets(KeyRingFixture.Crypto).ResolveKeyAsync(new() { KeyId = Bytes(ring.PrimaryKeyId) }, cancellationToken: KeyRingFixture.Token);

        Assert.Equal((Key.Types.State.Disabled, 0), (answer.Key.State, answer.Key.Material.Length));
    }

    [Fact]
    public async Task DestroyKey_ThenRestoreKey_IsWhatItWas()
    {
        var ring = await RolledRingAsync();
        var request = new DestroyKeyRequest { KeyRing = ring.Name, Id = ring.PrimaryKeyId, Reason = "end of retention" };

        var scheduled = await fixture.Admins.DestroyKeyAsync(request, cancellationToken: KeyRingFixture.Token);

        Assert.Equal(Key.Types.State.DestroyScheduled, scheduled.State);
        var delay = scheduled.DestroyTime.ToDateTimeOffset() - scheduled.StateTime.ToDateTimeOffset();
        Assert.Equal(TimeSpan.FromDays(30), delay);
        Assert.Equal(scheduled, await fixture.Admins.DestroyKeyAsync(request, cancellationToken: KeyRingFixture.Token));
        var restored = await fixture.Admins.RestoreKeyAsync(new() { KeyRing = ring.Name, Id = ring.PrimaryKeyId }, cancellationToken: KeyRingFixture.Token);
        Assert.Equal((Key.Types.State.Active, false), (restored.State, restored.Primary));
        Assert.Null(restored.DestroyTime);

        // Again, as after an answer that was lost.
        Assert.Equal(restored, await fixture.Admins.RestoreKeyAsync(new() { KeyRing = ring.Name, Id = ring.PrimaryKeyId }, cancellationToken: KeyRingFixture.Token));
    }

    [Fact]
    public async Task DestroyKey_ThePrimaryOrTheNext_RefusedAndNothingChanged()
    {
        var ring = await HeldRingAsync();
        var next = await fixture.Admins.RolloverKeyRingAsync(new() { Name = ring.Name }, cancellationToken: KeyRingFixture.Token);
        var before = await KeysAsync(ring.Name);

        await RefusedAsync(StatusCode.FailedPrecondition, Reasons.KeyInUse, fixture.Admins.DestroyKeyAsync(new() { KeyRing = ring.Name, Id = ring.PrimaryKeyId }, cancellationToken: KeyRingFixture.Token));
        await RefusedAsync(StatusCode.FailedPrecondition, Reasons.KeyInUse, fixture.Admins.DestroyKeyAsync(new() { KeyRing = ring.Name, Id = next.Id }, cancellationToken: KeyRingFixture.Token));

        Assert.Equal(before, await KeysAsync(ring.Name));
    }

    [Theory]
    [InlineData("unknown key", StatusCode.NotFound, Reasons.NotFound)]
    [InlineData("no id", StatusCode.InvalidArgument, Reasons.InvalidField)]
    [InlineData("key of another ring", StatusCode.NotFound, Reasons.NotFound)]
    [InlineData("unknown ring", StatusCode.NotFound, Reasons.NotFound)]
    [InlineData("stale etag", StatusCode.Aborted, Reasons.EtagMismatch)]
    [InlineData("endless reason", StatusCode.InvalidArgument, Reasons.TooLong)]
    [InlineData("request id of another shape", StatusCode.InvalidArgument, Reasons.InvalidField)]
    [InlineData("stranger", StatusCode.PermissionDenied, Reasons.NotBound)]
    [InlineData("human with key permission", StatusCode.PermissionDenied, null)]
    [InlineData("holder", StatusCode.PermissionDenied, Reasons.PermissionMissing)]
    [InlineData("elevated", StatusCode.PermissionDenied, null)]
    public async Task DisableKey_Mistaken_RefusedAndNothingChanged(string what, StatusCode status, string? reason)
    {
        var ring = await HeldRingAsync();
        var request = Disable(ring);
        var caller = KeyRingFixture.Admin;
        switch (what)
        {
            case "unknown key":
                request.Id = Guid.CreateVersion7().ToString();
                break;
            case "no id":
                request.Id = string.Empty;
                break;
            case "key of another ring":
                request.Id = (await HeldRingAsync()).PrimaryKeyId;
                break;
            case "unknown ring":
                request.KeyRing = "no/such";
                break;
            case "stale etag":
                request.Etag = "1-0";
                break;
            case "endless reason":
                request.Reason = new string('x', 257);
                break;
            case "request id of another shape":
                request.RequestId = "one";
                break;
            case "stranger":
                caller = Roller;
                break;
            case "human with key permission":
                caller = "/human/somebody";
                break;
            case "holder":
                caller = KeyRingFixture.Worker;
                break;
            case "elevated":
                caller = "/elevated/one";
                break;
        }

        var before = await RingAsync(ring.Name);

        await RefusedAsync(status, reason, fixture.Rings(caller).DisableKeyAsync(request, cancellationToken: KeyRingFixture.Token));

        Assert.Equal(before, await RingAsync(ring.Name));
    }

    [Fact]
    public async Task WrongState_EachIsRefusedWithItsReasonAndNothingChanged()
    {
        var ring = await RolledRingAsync();
        var id = ring.PrimaryKeyId;
        await fixture.Admins.MarkKeyCompromisedAsync(new() { KeyRing = ring.Name, Id = id }, cancellationToken: KeyRingFixture.Token);
        var before = await KeysAsync(ring.Name);

        await RefusedAsync(StatusCode.FailedPrecondition, Reasons.KeyState, fixture.Admins.EnableKeyAsync(new() { KeyRing = ring.Name, Id = id }, cancellationToken: KeyRingFixture.Token));
        await RefusedAsync(StatusCode.FailedPrecondition, Reasons.KeyState, fixture.Admins.DisableKeyAsync(new() { KeyRing = ring.Name, Id = id }, cancellationToken: KeyRingFixture.Token));

        Assert.Equal(before, await KeysAsync(ring.Name));
        await fixture.Admins.DestroyKeyAsync(new() { KeyRing = ring.Name, Id = id }, cancellationToken: KeyRingFixture.Token);
        await RefusedAsync(StatusCode.FailedPrecondition, Reasons.KeyState, fixture.Admins.EnableKeyAsync(new() { KeyRing = ring.Name, Id = id }, cancellationToken: KeyRingFixture.Token));
        Assert.Equal(Key.Types.State.Compromised, (await fixture.Admins.RestoreKeyAsync(new() { KeyRing = ring.Name, Id = id }, cancellationToken: KeyRingFixture.Token)).State);
    }

    [Fact]
    public async Task Permissions_ManageStopsAndDestroyDestroysAndNeitherDoesTheOthers()
    {
        var managers = await fixture.NewGroupAsync(Roller);
        var destroyers = await fixture.NewGroupAsync("/ns/ops/sa/shredder");
        var wanted = fixture.Ring(managers, Permission.Manage);
        wanted.Bindings.Add(new Binding { Group = destroyers.Name, Permissions = { Permission.Destroy } });
        var ring = await fixture.Admins.CreateKeyRingAsync(new() { KeyRing = wanted }, cancellationToken: KeyRingFixture.Token);
        var (manager, destroyer) = (fixture.Rings(Roller), fixture.Rings("/ns/ops/sa/shredder"));

        await RefusedAsync(StatusCode.PermissionDenied, Reasons.PermissionMissing, destroyer.DisableKeyAsync(Disable(ring), cancellationToken: KeyRingFixture.Token));
        await manager.DisableKeyAsync(Disable(ring), cancellationToken: KeyRingFixture.Token);
        await RefusedAsync(StatusCode.PermissionDenied, Reasons.PermissionMissing, manager.DestroyKeyAsync(new() { KeyRing = ring.Name, Id = ring.PrimaryKeyId }, cancellationToken: KeyRingFixture.Token));
        await destroyer.DestroyKeyAsync(new() { KeyRing = ring.Name, Id = ring.PrimaryKeyId }, cancellationToken: KeyRingFixture.Token);
        await RefusedAsync(StatusCode.PermissionDenied, Reasons.PermissionMissing, manager.RestoreKeyAsync(new() { KeyRing = ring.Name, Id = ring.PrimaryKeyId }, cancellationToken: KeyRingFixture.Token));
        Assert.Equal(Key.Types.State.Disabled, (await destroyer.RestoreKeyAsync(new() { KeyRing = ring.Name, Id = ring.PrimaryKeyId }, cancellationToken: KeyRingFixture.Token)).State);
    }

    [Fact]
    public async Task DisableKey_SameRequestIdTwice_OneFreshKeyAndAnotherBodyIsRefused()
    {
        var ring = await HeldRingAsync();
        var request = Disable(ring);
        request.RequestId = Guid.CreateVersion7().ToString();
        var first = await fixture.Admins.DisableKeyAsync(request, cancellationToken: KeyRingFixture.Token);

        Assert.Equal(first, await fixture.Admins.DisableKeyAsync(request, cancellationToken: KeyRingFixture.Token));
        Assert.Equal(2, (await KeysAsync(ring.Name)).Count);
        var before = await KeysAsync(ring.Name);
        await RefusedAsync(
            StatusCode.AlreadyExists,
            Reasons.RequestIdReused,
            fixture.Admins.MarkKeyCompromisedAsync(new() { KeyRing = ring.Name, Id = request.Id, RequestId = request.RequestId }, cancellationToken: KeyRingFixture.Token));
        Assert.Equal(before, await KeysAsync(ring.Name));
    }

    [Fact]
    public async Task DisableKey_UnderTheEtagThatWasRead_OnceAndThenAborted()
    {
        var ring = await RolledRingAsync();
        var key = (await KeysAsync(ring.Name)).Single(one => one.Id == ring.PrimaryKeyId);
        var request = new DisableKeyRequest { KeyRing = ring.Name, Id = key.Id, Etag = key.Etag };

        var disabled = await fixture.Admins.DisableKeyAsync(request, cancellationToken: KeyRingFixture.Token);

        Assert.NotEqual(key.Etag, disabled.Etag);
        var thrown = await RefusedAsync(StatusCode.Aborted, Reasons.EtagMismatch, fixture.Admins.EnableKeyAsync(new() { KeyRing = ring.Name, Id = key.Id, Etag = key.Etag }, cancellationToken: KeyRingFixture.Token));
        Assert.Contains(disabled.Etag, thrown.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DisableKey_ThatTwoHoldersHave_RefusedUnlessConfirmed()
    {
        var ring = await fixture.NewRingAsync(await fixture.NewGroupAsync(KeyRingFixture.Worker, "/ns/mail/sa/other"), Permission.Hold);
        await using var one = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        await using var two = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        await using var other = await TestHolder.OpenAsync(fixture.KeySets("/ns/mail/sa/other"), transient: false, ring.Name);
        await using var passing = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: true, ring.Name);
        await Task.WhenAll(one.SetAsync(ring.Name), two.SetAsync(ring.Name), other.SetAsync(ring.Name), passing.SetAsync(ring.Name));
        var request = Disable(ring);
        var before = await RingAsync(ring.Name);

        foreach (var confirmed in new[] { 0, 1 })
        {
            request.ConfirmHolders = confirmed;
            var thrown = await RefusedAsync(StatusCode.FailedPrecondition, Reasons.ConfirmHolders, fixture.Admins.DisableKeyAsync(request, cancellationToken: KeyRingFixture.Token));
            Assert.Contains("confirm_holders 2, or more", thrown.Status.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(before, await RingAsync(ring.Name));

        // The one that is cut off opened a stream more since the question: that is no veto.
        await using var more = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        await more.SetAsync(ring.Name);
        request.ConfirmHolders = 2;
        Assert.Equal(Key.Types.State.Disabled, (await fixture.Admins.DisableKeyAsync(request, cancellationToken: KeyRingFixture.Token)).State);
    }

    [Fact]
    public async Task UpdateKeyRing_CutsOffTwoHolders_RefusedWithTheCountUnlessConfirmedWithIt()
    {
        var ring = await HeldRingAsync();
        await using var one = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        await using var two = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        await Task.WhenAll(one.SetAsync(ring.Name), two.SetAsync(ring.Name));
        var request = new UpdateKeyRingRequest { KeyRing = new() { Name = ring.Name, Etag = ring.Etag }, UpdateMask = new() { Paths = { "bindings" } } };

        var thrown = await RefusedAsync(StatusCode.FailedPrecondition, Reasons.ConfirmHolders, fixture.Admins.UpdateKeyRingAsync(request, cancellationToken: KeyRingFixture.Token));

        Assert.Contains("2 of 2", thrown.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(ring, await RingAsync(ring.Name));
        request.ConfirmHolders = 20;
        await fixture.Admins.UpdateKeyRingAsync(request, cancellationToken: KeyRingFixture.Token);
        Assert.True((await one.DeniedAsync(ring.Name)).Revoked);
    }

    private static DisableKeyRequest Disable(KeyRing ring) => new() { KeyRing = ring.Name, Id = ring.PrimaryKeyId };

    private static Task<RpcException> RefusedAsync<T>(StatusCode status, string? reason, AsyncUnaryCall<T> call) => RpcAssert.FailsAsync(status, reason, call);

    private static string Text(ByteString id) => KeyId.Read(id.Span).ToString();

    private static ByteString Bytes(string id) => KeyId.TryParse(id, out var parsed) ? ByteString.CopyFrom(parsed.Value.ToByteArray()) : throw new FormatException(id);

    private async Task<KeyRing> HeldRingAsync() => await fixture.NewRingAsync(await fixture.NewGroupAsync(KeyRingFixture.Worker), Permission.Hold);

    /// <summary>Its first key, the one named in the answer, is primary no more.</summary>
    private async Task<KeyRing> RolledRingAsync()
    {
        var ring = await HeldRingAsync();
        await fixture.Admins.RolloverKeyRingAsync(new() { Name = ring.Name, Immediate = true }, cancellationToken: KeyRingFixture.Token);
        return ring;
    }

    private async Task<KeyRing> RingAsync(string name) => await fixture.Admins.GetKeyRingAsync(new() { Name = name }, cancellationToken: KeyRingFixture.Token);

    private async Task<RepeatedField<Key>> KeysAsync(string ring) =>
        (await fixture.Admins.ListKeysAsync(new() { KeyRing = ring }, cancellationToken: KeyRingFixture.Token)).Keys;
}
