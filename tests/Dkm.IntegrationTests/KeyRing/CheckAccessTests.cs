namespace Dkm.IntegrationTests.KeyRing;

using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Dkm.Transport;
using Grpc.Core;
using Xunit;

[Collection(KeyRingCollection.Name)]
public sealed class CheckAccessTests(KeyRingFixture fixture)
{
    [Fact]
    public async Task CheckAccess_SaysWhy()
    {
        var group = await fixture.NewGroupAsync(KeyRingFixture.Worker);
        var ring = await fixture.NewRingAsync(group, Permission.Encrypt);

        var allowed = await CheckAsync(KeyRingFixture.Worker, ring.Name, Permission.Encrypt);
        Assert.Equal((true, Reasons.MemberOfBoundGroup, group.Name), (allowed.Allowed, allowed.Reason, allowed.Group));
        Assert.Equal((false, Reasons.PermissionMissing), Of(await CheckAsync(KeyRingFixture.Worker, ring.Name, Permission.Decrypt)));
        Assert.Equal((false, Reasons.NotBound), Of(await CheckAsync("/ns/other/sa/outsider", ring.Name, Permission.Decrypt)));
        Assert.Equal((false, Reasons.HumansHoldNoKeys), Of(await CheckAsync(KeyRingFixture.Admin, ring.Name, Permission.Decrypt)));
        Assert.Equal((true, Reasons.Administrator), Of(await CheckAsync(KeyRingFixture.Admin, ring.Name, Permission.Manage)));
    }

    [Fact]
    public async Task CheckAccess_AboutHerself_AnybodyMayAskAndLearnsNothingOfExistence()
    {
        var outsider = fixture.Rings("/ns/other/sa/outsider");
        var request = new CheckAccessRequest { Identity = TestPki.Id("/ns/other/sa/outsider"), KeyRing = "no/such", Permission = Permission.Hold };

        Assert.Equal((false, Reasons.NotBound), Of(await outsider.CheckAccessAsync(request, cancellationToken: KeyRingFixture.Token)));
        request.Identity = TestPki.Id(KeyRingFixture.Worker);
        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.NotBound, outsider.CheckAccessAsync(request, cancellationToken: KeyRingFixture.Token));
        await RpcAssert.FailsAsync(StatusCode.NotFound, Reasons.NotFound, fixture.Admins.CheckAccessAsync(request, cancellationToken: KeyRingFixture.Token));
    }

    [Theory]
    [InlineData("spiffe://elsewhere/ns/a/sa/b")]
    [InlineData("spiffe://dkm.test/human")]
    [InlineData("")]
    public async Task CheckAccess_IdentityThatIsNobody_NamesTheField(string identity)
    {
        var thrown = await RpcAssert.FailsAsync(
            StatusCode.InvalidArgument, null, fixture.Admins.CheckAccessAsync(new() { Identity = identity, KeyRing = "a", Permission = Permission.Hold }, cancellationToken: KeyRingFixture.Token));

        Assert.Equal("identity", StatusMapping.FromRpc(thrown).Field);
    }

    private static (bool Allowed, string Reason) Of(CheckAccessResponse answer) => (answer.Allowed, answer.Reason);

    private async Task<CheckAccessResponse> CheckAsync(string path, string ring, Permission permission) => await fixture.Admins.CheckAccessAsync(
        new CheckAccessRequest { Identity = TestPki.Id(path), KeyRing = ring, Permission = permission }, cancellationToken: KeyRingFixture.Token);
}
