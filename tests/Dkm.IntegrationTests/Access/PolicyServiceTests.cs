namespace Dkm.IntegrationTests.Access;

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Hosting;
using Dkm.Hosting.Policy;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

public sealed class PolicyServiceTests(AccessFixture fixture) : IClassFixture<AccessFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WatchPolicy_FirstMessages_SnapshotThenHeartbeatsThatMoveOn()
    {
        using var call = new PolicyService.PolicyServiceClient(fixture.ChannelAs("/dkm/crypto"))
            .WatchPolicy(new WatchPolicyRequest(), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var snapshot = call.ResponseStream.Current.Snapshot;
        Assert.Contains(snapshot.Groups, group => group.Name == "dkm-admins" && group.Members.Contains(TestPki.Id(AccessFixture.Administrator)));

        await Eventually.TrueAsync(
            async () =>
            {
                Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
                return call.ResponseStream.Current.Heartbeat?.ConfirmTime > snapshot.ConfirmTime;
            },
            "a heartbeat with a newer confirmation");
    }

    [Fact]
    public async Task Replica_AgainstAccess_SeesChangesAndStaysFresh()
    {
        using var replica = new PolicyReplica(
            fixture.ChannelAs("/dkm/keyring").CreateCallInvoker(), new PolicyReplicaOptions(), TimeProvider.System, NullLogger<PolicyReplica>.Instance);
        await replica.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => replica.Ready, "ready");

        var worker = TestPki.Id("/ns/mail/sa/worker");
        var group = await fixture.Groups.CreateGroupAsync(
            new CreateGroupRequest { Group = new Group { Name = "followed", Kind = Group.Types.Kind.Workload, Members = { worker } } }, cancellationToken: Token);
        await Eventually.TrueAsync(() => replica.Current.IsMember(group.Uid, Core.SpiffeId.Parse(worker)), "the member is in");
        group.Members.Clear();
        group = await fixture.Groups.UpdateGroupAsync(new UpdateGroupRequest { Group = group }, cancellationToken: Token);
        await Eventually.TrueAsync(() => !replica.Current.IsMember(group.Uid, Core.SpiffeId.Parse(worker)), "the member is out");
        await fixture.Groups.DeleteGroupAsync(new DeleteGroupRequest { Name = "followed" }, cancellationToken: Token);
        await Eventually.TrueAsync(() => replica.Current.FindByUid(group.Uid) is null, "the group is gone");

        var before = replica.ConfirmTime;
        await Eventually.TrueAsync(() => replica.ConfirmTime > before && replica.Age < TimeSpan.FromSeconds(2), "confirmed again");
        await replica.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Restart_SameStore_PolicyAndVersionAreStillThere()
    {
        await using var own = new AccessFixture();
        await own.InitializeAsync();
        await own.Groups.CreateGroupAsync(new CreateGroupRequest { Group = new Group { Name = "kept", Kind = Group.Types.Kind.Workload } }, cancellationToken: Token);
        var before = own.Service.App.Services.GetRequiredService<IGroupMembership>().Current;
        await own.Service.DisposeAsync();

        // Other names in the configuration change nothing: it is looked at once.
        await own.StartAsync("/human/eve");

        var after = own.Service.App.Services.GetRequiredService<IGroupMembership>().Current;
        Assert.Equal(before.Version, after.Version);
        Assert.Equal(before.Groups.Select(group => group.Uid).Order(StringComparer.Ordinal), after.Groups.Select(group => group.Uid).Order(StringComparer.Ordinal));
        Assert.False(after.IsAdministrator(Core.SpiffeId.Parse(TestPki.Id("/human/eve"))));
        Assert.True(after.IsAdministrator(Core.SpiffeId.Parse(TestPki.Id(AccessFixture.Administrator))));
        Assert.Contains(own.Service.App.Services.GetServices<IReadiness>(), part => part is { Name: "store", Ready: true });
    }
}
