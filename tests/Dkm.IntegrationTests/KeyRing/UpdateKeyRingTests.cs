namespace Dkm.IntegrationTests.KeyRing;

using System;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Testing.Services;
using Dkm.Transport;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Xunit;
using Suite = Dkm.KeyRing.V1.Suite;

[Collection(KeyRingCollection.Name)]
public sealed class UpdateKeyRingTests(KeyRingFixture fixture)
{
    [Fact]
    public async Task UpdateKeyRing_WithMask_ChangesThatAndNothingElse()
    {
        var before = await fixture.NewRingAsync(await fixture.NewGroupAsync(KeyRingFixture.Worker), Permission.Encrypt);
        var request = new UpdateKeyRingRequest
        {
            KeyRing = new() { Name = before.Name, Etag = before.Etag, Policy = new() { ArchiveAfter = 7 }, Description = "not asked for" },
            UpdateMask = FieldMask.FromString("policy.archive_after"),
        };

        var after = await fixture.Admins.UpdateKeyRingAsync(request, cancellationToken: KeyRingFixture.Token);

        Assert.NotEqual(before.Etag, after.Etag);
        var expected = before.Clone();
        expected.Policy.ArchiveAfter = 7;
        (expected.Etag, expected.UpdateTime) = (after.Etag, after.UpdateTime);
        Assert.Equal(expected, after);
    }

    [Fact]
    public async Task UpdateKeyRing_StaleEtag_AbortedWithTheCurrentOne()
    {
        var ring = await fixture.NewRingAsync(null);
        var mask = FieldMask.FromString("description");
        var current = await fixture.Admins.UpdateKeyRingAsync(
            new() { KeyRing = new() { Name = ring.Name, Etag = ring.Etag, Description = "one" }, UpdateMask = mask }, cancellationToken: KeyRingFixture.Token);

        var thrown = await RpcAssert.FailsAsync(
            StatusCode.Aborted,
            Reasons.EtagMismatch,
            fixture.Admins.UpdateKeyRingAsync(new() { KeyRing = new() { Name = ring.Name, Etag = ring.Etag, Description = "two" }, UpdateMask = mask }, cancellationToken: KeyRingFixture.Token));

        Assert.Contains(current.Etag, thrown.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("one", (await fixture.Admins.GetKeyRingAsync(new() { Name = ring.Name }, cancellationToken: KeyRingFixture.Token)).Description);
    }

    [Theory]
    [InlineData("hold for humans", "key_ring.bindings[0].permissions", Reasons.WrongKind)]
    [InlineData("unknown group", "key_ring.bindings[0].group", Reasons.InvalidField)]
    [InlineData("lead below the floor", "key_ring.policy.activation_lead", Reasons.BelowFloor)]
    [InlineData("reserved suite", "key_ring.policy.suite", Reasons.UnknownSuite)]
    public async Task UpdateKeyRing_Mistaken_NamesItsFieldAndChangesNothing(string what, string field, string reason)
    {
        var ring = await fixture.NewRingAsync(await fixture.NewGroupAsync(KeyRingFixture.Worker), Permission.Encrypt);
        var changed = ring.Clone();
        switch (what)
        {
            case "hold for humans":
                var humans = await fixture.NewGroupAsync(fixture.NewName("humans"), Group.Types.Kind.Human, "/human/somebody");
                changed.Bindings[0] = new Binding { Group = humans.Name, Permissions = { Permission.Hold } };
                break;
            case "unknown group":
                changed.Bindings[0] = new Binding { Group = "nobody-made-it", Permissions = { Permission.Hold } };
                break;
            case "lead below the floor":
                changed.Policy.ActivationLead = new Duration { Nanos = 1000 };
                break;
            default:
                changed.Policy.Suite = (Suite)4;
                break;
        }

        var thrown = await RpcAssert.FailsAsync(
            StatusCode.InvalidArgument, reason, fixture.Admins.UpdateKeyRingAsync(new() { KeyRing = changed }, cancellationToken: KeyRingFixture.Token));

        Assert.Equal(field, StatusMapping.FromRpc(thrown).Field);
        Assert.Equal(ring, await fixture.Admins.GetKeyRingAsync(new() { Name = ring.Name }, cancellationToken: KeyRingFixture.Token));
    }

    [Theory]
    [InlineData("name", "update_mask")]
    [InlineData("policy.nothing", "update_mask")]
    [InlineData("uid", "update_mask")]
    public async Task UpdateKeyRing_MaskThatCannotBe_Refused(string path, string field)
    {
        var ring = await fixture.NewRingAsync(null);

        var thrown = await RpcAssert.FailsAsync(
            StatusCode.InvalidArgument, null, fixture.Admins.UpdateKeyRingAsync(new() { KeyRing = ring, UpdateMask = new FieldMask { Paths = { path } } }, cancellationToken: KeyRingFixture.Token));

        Assert.Equal(field, StatusMapping.FromRpc(thrown).Field);
    }

    [Fact]
    public async Task UpdateKeyRing_WithoutEtag_Refused()
    {
        var ring = await fixture.NewRingAsync(null);
        ring.Etag = string.Empty;

        await RpcAssert.FailsAsync(StatusCode.InvalidArgument, Reasons.Required, fixture.Admins.UpdateKeyRingAsync(new() { KeyRing = ring }, cancellationToken: KeyRingFixture.Token));
    }
}
