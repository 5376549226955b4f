namespace Dkm.IntegrationTests.KeyRing;

using System;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.KeyRing.Distribution;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Dkm.Testing.Services;
using Dkm.Transport;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Xunit;

[Collection(KeyRingCollection.Name)]
public sealed class KeySetServiceTests(KeyRingFixture fixture)
{
    [Fact]
    public async Task Subscribe_Holder_GetsKeysAndRenewingHeartbeats()
    {
        var ring = await HeldRingAsync();
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);

        var set = await holder.SetAsync(ring.Name);

        var key = Assert.Single(set.Keys);
        Assert.Equal((32, 16, Key.Types.State.Active), (key.Material.Length, key.Id.Length, key.State));
        Assert.Contains(key.Material, value => value != 0);
        Assert.Equal((ring.Uid, true, ring.Policy.KeyLease), (set.KeyRingUid, set.GrantsLease, set.KeyLease));
        Assert.Empty(set.Bindings);
        Assert.Null(set.PolicyStaleness);
        await Eventually.TrueAsync(() => holder.Renewals >= 2, "two heartbeats that renew");
        Assert.Single(holder.Sets);
    }

    [Fact]
    public async Task Subscribe_Crypto_GetsBindingsAndNoLocalRing()
    {
        var group = await fixture.NewGroupAsync(KeyRingFixture.Worker);
        var ring = await fixture.NewRingAsync(group, Permission.Encrypt);
        var local = fixture.Ring(group, Permission.Hold);
        local.Policy.Serve = Serve.Local;
        await fixture.Admins.CreateKeyRingAsync(new() { KeyRing = local }, cancellationToken: KeyRingFixture.Token);
        await using var crypto = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Crypto), transient: false, ring.Name, local.Name);

        var set = await crypto.SetAsync(ring.Name);

        Assert.Equal(ring.Bindings, set.Bindings);
        Assert.Equal(ring.Policy.PolicyStaleness, set.PolicyStaleness);
        Assert.Equal(Reasons.RingNotServed, (await crypto.DeniedAsync(local.Name)).Reason);
    }

    [Theory]
    [InlineData("/human/admin", Reasons.HumansHoldNoKeys)]
    [InlineData("/elevated/one", null)]
    [InlineData("/dkm/access", null)]
    public async Task Subscribe_ByWhoNeverHolds_Denied(string path, string? reason)
    {
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(path), transient: true);

        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, reason, () => holder.Reading);
    }

    [Fact]
    public async Task Subscribe_WithoutHold_DeniedWithReasonAndTheStreamGoesOn()
    {
        var ring = await fixture.NewRingAsync(await fixture.NewGroupAsync(KeyRingFixture.Worker), Permission.Encrypt);
        var held = await HeldRingAsync();
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name, "no/such", held.Name);

        Assert.Equal((Reasons.PermissionMissing, false), ((await holder.DeniedAsync(ring.Name)).Reason, holder.Denied[ring.Name].Revoked));
        Assert.Equal(Reasons.NotBound, (await holder.DeniedAsync("no/such")).Reason);
        await holder.SetAsync(held.Name);
    }

    [Fact]
    public async Task Subscribe_BoundLater_KeysArriveWithoutAskingAgain()
    {
        var ring = await fixture.NewRingAsync(null);
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        await holder.DeniedAsync(ring.Name);

        ring.Bindings.Add(new Binding { Group = (await fixture.NewGroupAsync(KeyRingFixture.Worker)).Name, Permissions = { Permission.Hold } });
        await fixture.Admins.UpdateKeyRingAsync(new() { KeyRing = ring, UpdateMask = FieldMask.FromString("bindings") }, cancellationToken: KeyRingFixture.Token);

        await holder.SetAsync(ring.Name);
    }

    [Fact]
    public async Task Subscribe_RemovedFromTheGroup_RevokedWithinASecond()
    {
        var group = await fixture.NewGroupAsync(KeyRingFixture.Worker, "/ns/mail/sa/other");
        var ring = await fixture.NewRingAsync(group, Permission.Hold);
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        await using var other = await TestHolder.OpenAsync(fixture.KeySets("/ns/mail/sa/other"), transient: false, ring.Name);
        await holder.SetAsync(ring.Name);

        await fixture.SetMembersAsync(group, "/ns/mail/sa/other");
        var clock = Stopwatch.StartNew();
        var denied = await holder.DeniedAsync(ring.Name);

        Assert.True(denied.Revoked);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        Assert.Contains(KeyRingFixture.Worker, denied.Message, StringComparison.Ordinal);

        // What she held is hers for ever, so the ring rolls; she doesn't hear of the new key.
        var after = await other.SetAsync(ring.Name, set => set.Keys.Count == 2);
        Assert.Equal(Key.Types.State.Pending, after.Keys[1].State);
        Assert.False(holder.Sets.ContainsKey(ring.Name));
        await RpcAssert.FailsAsync(
            StatusCode.PermissionDenied,
            Reasons.KeyUnknownOrNotYours,
            fixture.KeySets(KeyRingFixture.Worker).ResolveKeyAsync(new() { KeyId = after.Keys[1].Id }, cancellationToken: KeyRingFixture.Token));
    }

    [Fact]
    public async Task Subscribe_GroupDeletedAndMadeAgain_InheritsNothing()
    {
        var group = await fixture.NewGroupAsync(KeyRingFixture.Worker);
        var ring = await fixture.NewRingAsync(group, Permission.Hold);
        await fixture.Groups().DeleteGroupAsync(new() { Name = group.Name }, cancellationToken: KeyRingFixture.Token);
        var again = await fixture.NewGroupAsync(group.Name, group.Kind, KeyRingFixture.Worker);
        Assert.NotEqual(group.Uid, again.Uid);

        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: true, ring.Name);

        Assert.Equal(Reasons.NotBound, (await holder.DeniedAsync(ring.Name)).Reason);
    }

    [Theory]
    [InlineData("Not/a-Name", "want.key_rings[0]")]
    [InlineData("a/../b", "want.key_rings[0]")]
    public async Task Subscribe_NameOutOfGrammar_EndsTheStreamNamingIt(string name, string field)
    {
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: true, name);

        var thrown = await RpcAssert.FailsAsync(StatusCode.InvalidArgument, null, () => holder.Reading);

        Assert.Equal(field, StatusMapping.FromRpc(thrown).Field);
    }

    [Fact]
    public async Task Subscribe_OneRingTooMany_ThatOneIsDeniedAndTheStreamGoesOn()
    {
        // Without a policy nothing is judged, so all that is wanted stays wanted.
        await using var replica = await fixture.StartKeyRingAsync(access: new Uri("https://127.0.0.1:1"));
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker, replica), transient: false);
        await WantManyAsync(holder, "no/policy", HolderStream.MaximumWanted);

        await holder.WantAsync("no/more");

        Assert.Equal(Reasons.TooMany, (await holder.DeniedAsync("no/more")).Reason);
        var beats = holder.Heartbeats;
        await Eventually.TrueAsync(() => holder.Heartbeats > beats + 1, "heartbeats");
        Assert.Equal(Reasons.NotReady, holder.Denied["no/policy-0"].Reason);
    }

    [Fact]
    public async Task Subscribe_ManyThatAreDenied_AreForgottenAndCountNoMore()
    {
        var held = await HeldRingAsync();
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false);
        await WantManyAsync(holder, "no/such", HolderStream.MaximumWanted);

        await holder.WantAsync(held.Name);

        await holder.SetAsync(held.Name);
    }

    [Fact]
    public async Task Subscribe_WithoutOpen_Refused()
    {
        using var call = fixture.KeySets(KeyRingFixture.Worker).Subscribe(cancellationToken: KeyRingFixture.Token);
        await call.RequestStream.WriteAsync(new SubscribeRequest { Want = new RingsWanted { KeyRings = { "a" } } }, KeyRingFixture.Token);

        await RpcAssert.FailsAsync(StatusCode.InvalidArgument, Reasons.Required, () => call.ResponseStream.MoveNext(KeyRingFixture.Token));
    }

    [Fact]
    public async Task Subscribe_HolderThatSaysNothing_EndsAsIdle()
    {
        var ring = await HeldRingAsync();
        await using var replica = await fixture.StartKeyRingAsync(new LimitOptions { StreamIdle = TimeSpan.FromSeconds(1), Tick = TimeSpan.FromMilliseconds(50) });
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker, replica), transient: true, ring.Name);
        await holder.SetAsync(ring.Name);

        await RpcAssert.FailsAsync(StatusCode.ResourceExhausted, Reasons.StreamIdle, () => holder.Reading);
    }

    [Fact]
    public async Task GetKeyRingStatus_NamesHoldersAndWhatTheyAcknowledged()
    {
        var ring = await HeldRingAsync();
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: false, ring.Name);
        await using var passing = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: true, ring.Name);
        var set = await holder.SetAsync(ring.Name);
        await passing.SetAsync(ring.Name);
        var before = await StatusAsync(ring.Name);
        Assert.Equal((1, 0), (before.Holders.Count, before.CurrentHolderCount));

        await holder.AcknowledgeAsync(ring.Name, set.Revision);

        await Eventually.TrueAsync(async () => (await StatusAsync(ring.Name)).CurrentHolderCount == 1, "the acknowledgement counted");
        var status = await StatusAsync(ring.Name);
        Assert.EndsWith(KeyRingFixture.Worker, status.Holders[0].Identity, StringComparison.Ordinal);
        Assert.True(status.Holders[0].LeaseEndTime.ToDateTimeOffset() > status.Holders[0].ConnectTime.ToDateTimeOffset());
        Assert.Equal((ring.PrimaryKeyId, set.Revision), (status.PrimaryKey.Id, status.Revision));
        Assert.Null(status.NextKey);
        Assert.NotNull(status.NextRolloverTime);
        Assert.Equal(TimeSpan.FromSeconds(4), status.EffectiveLead.ToTimeSpan());
    }

    [Fact]
    public async Task ResolveKey_UnknownOrNotHers_SameWords()
    {
        var ring = await fixture.NewRingAsync(await fixture.NewGroupAsync(KeyRingFixture.Worker), Permission.Decrypt);
        Assert.True(KeyId.TryParse(ring.PrimaryKeyId, out var id));
        var client = fixture.KeySets(KeyRingFixture.Worker);

        var notHers = await RpcAssert.FailsAsync(
            StatusCode.PermissionDenied, Reasons.KeyUnknownOrNotYours, client.ResolveKeyAsync(new() { KeyId = ByteString.CopyFrom(id.Value.ToByteArray()) }, cancellationToken: KeyRingFixture.Token));
        var unknown = await RpcAssert.FailsAsync(
            StatusCode.PermissionDenied, Reasons.KeyUnknownOrNotYours, client.ResolveKeyAsync(new() { KeyId = ByteString.CopyFrom(new byte[16]) }, cancellationToken: KeyRingFixture.Token));

        Assert.Equal(notHers.Status.Detail, unknown.Status.Detail);
        await RpcAssert.FailsAsync(StatusCode.InvalidArgument, Reasons.InvalidField, client.ResolveKeyAsync(new() { KeyId = ByteString.CopyFromUtf8("x") }, cancellationToken: KeyRingFixture.Token));
    }

    [Fact]
    public async Task ResolveKey_Hers_SameMaterialAsDelivered()
    {
        var ring = await HeldRingAsync();
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(KeyRingFixture.Worker), transient: true, ring.Name);
        var delivered = (await holder.SetAsync(ring.Name)).Keys.Single();

        var resolved = await fixture.KeySets(KeyRingFixture.Worker).ResolveKeyAsync(new() { KeyId = delivered.Id }, cancellationToken: KeyRingFixture.Token);

        Assert.Equal((ring.Name, delivered), (resolved.KeyRing, resolved.Key));
        Assert.Equal(1, resolved.Revision);
    }

    private static async Task WantManyAsync(TestHolder holder, string prefix, int count)
    {
        foreach (var names in Enumerable.Range(0, count).Select(i => $"{prefix}-{i}").Chunk(1000))
        {
            await holder.WantAsync(names);
        }

        await Eventually.TrueAsync(() => holder.Denied.Count == count, "all denied");
    }

    private async Task<KeyRing> HeldRingAsync() =>
        await fixture.NewRingAsync(await fixture.NewGroupAsync(KeyRingFixture.Worker), Permission.Hold);

    private async Task<KeyRingStatus> StatusAsync(string ring) => await fixture.Admins.GetKeyRingStatusAsync(new() { Name = ring }, cancellationToken: KeyRingFixture.Token);
}
