namespace Dkm.IntegrationTests.Access;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Dkm.Transport;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Xunit;

public sealed class GroupServiceTests(AccessFixture fixture) : IClassFixture<AccessFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const string Worker = "/ns/mail/sa/worker";

    private GroupService.GroupServiceClient Groups => fixture.Groups;

    [Fact]
    public async Task Life_CreateReadChangeDelete_AsTheContractSays()
    {
        var created = await CreateAsync("life", TestPki.Id(Worker));
        Assert.NotEmpty(created.Uid);
        Assert.NotEmpty(created.Etag);
        Assert.False(created.BuiltIn);
        Assert.Equal(created, await Groups.GetGroupAsync(new GetGroupRequest { Name = "life" }, cancellationToken: Token));

        var changed = created.Clone();
        changed.Members.Add(TestPki.Id("/ns/mail/sa/another"));
        var updated = await Groups.UpdateGroupAsync(new UpdateGroupRequest { Group = changed, UpdateMask = new FieldMask { Paths = { "members" } } }, cancellationToken: Token);
        Assert.Equal([TestPki.Id("/ns/mail/sa/another"), TestPki.Id(Worker)], updated.Members);
        Assert.Equal(created.Uid, updated.Uid);
        Assert.NotEqual(created.Etag, updated.Etag);

        await Groups.DeleteGroupAsync(new DeleteGroupRequest { Name = "life", Etag = updated.Etag }, cancellationToken: Token);
        await RpcAssert.FailsAsync(StatusCode.NotFound, Reasons.NotFound, Groups.GetGroupAsync(new GetGroupRequest { Name = "life" }, cancellationToken: Token));
    }

    [Fact]
    public async Task Create_NameOfADeletedGroup_HasAnotherUid()
    {
        var first = await CreateAsync("again");
        await Groups.DeleteGroupAsync(new DeleteGroupRequest { Name = "again" }, cancellationToken: Token);

        var second = await CreateAsync("again");

        Assert.NotEqual(first.Uid, second.Uid);
    }

    [Fact]
    public async Task Create_SameRequestTwiceAndWithAnotherBody_IdempotentThenRefused()
    {
        var request = new CreateGroupRequest { Group = Draft("twice", TestPki.Id(Worker)), RequestId = "6fa459ea-ee8a-4ca4-894e-db77e1603551" };
        var first = await Groups.CreateGroupAsync(request, cancellationToken: Token);

        Assert.Equal(first, await Groups.CreateGroupAsync(request, cancellationToken: Token));
        request.Group.Description = "another";
        await RpcAssert.FailsAsync(StatusCode.AlreadyExists, Reasons.RequestIdReused, Groups.CreateGroupAsync(request, cancellationToken: Token));
        request.RequestId = string.Empty;
        await RpcAssert.FailsAsync(StatusCode.AlreadyExists, Reasons.AlreadyExists, Groups.CreateGroupAsync(request, cancellationToken: Token));
        Assert.Equal(first, await Groups.GetGroupAsync(new GetGroupRequest { Name = "twice" }, cancellationToken: Token));
    }

    [Fact]
    public async Task Create_SameRequestAtTheSameTime_MakesOne()
    {
        var request = new CreateGroupRequest { Group = Draft("at-once"), RequestId = "6fa459ea-ee8a-4ca4-894e-db77e1603552" };

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Groups.CreateGroupAsync(request).ResponseAsync));

        Assert.Single(answers.Select(answer => answer.Uid).Distinct());
    }

    [Fact]
    public async Task Create_OneRequestIdAtTheSameTimeWithOtherBodies_MakesOne()
    {
        for (var round = 0; round < 5; round++)
        {
            var requestId = Guid.CreateVersion7().ToString();
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
            {
                try
                {
                    return (await Groups.CreateGroupAsync(new() { Group = Draft($"race-{round}-{i}"), RequestId = requestId })).Name;
                }
                catch (RpcException refused)
                {
                    return StatusMapping.FromRpc(refused).Reason;
                }
            }));

            Assert.Equal(7, answers.Count(answer => answer == Reasons.RequestIdReused));
        }
    }

    [Fact]
    public async Task Update_StaleEtag_AbortedWithTheCurrentOneAndNothingChanged()
    {
        var first = await CreateAsync("stale");
        var newer = first.Clone();
        newer.Description = "newer";
        newer = await Groups.UpdateGroupAsync(new UpdateGroupRequest { Group = newer }, cancellationToken: Token);
        var late = first.Clone();
        late.Description = "late";

        var thrown = await RpcAssert.FailsAsync(StatusCode.Aborted, Reasons.EtagMismatch, Groups.UpdateGroupAsync(new UpdateGroupRequest { Group = late }, cancellationToken: Token));
        await RpcAssert.FailsAsync(
            StatusCode.Aborted, Reasons.EtagMismatch, Groups.DeleteGroupAsync(new DeleteGroupRequest { Name = "stale", Etag = first.Etag }, cancellationToken: Token));

        Assert.Contains($"'{newer.Etag}'", thrown.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(newer, await Groups.GetGroupAsync(new GetGroupRequest { Name = "stale" }, cancellationToken: Token));
    }

    [Fact]
    public async Task Update_ManyAtOnceFromOneEtag_OneWins()
    {
        var group = await CreateAsync("race");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            var mine = group.Clone();
            mine.Description = $"of {i}";
            try
            {
                await Groups.UpdateGroupAsync(new UpdateGroupRequest { Group = mine });
                return StatusCode.OK;
            }
            catch (RpcException lost)
            {
                return lost.StatusCode;
            }
        }));

        Assert.Equal(1, outcomes.Count(outcome => outcome == StatusCode.OK));
        Assert.Equal(7, outcomes.Count(outcome => outcome == StatusCode.Aborted));
    }

    [Theory]
    [InlineData(Group.Types.Kind.Workload, "/human/ada", Reasons.WrongKind)]
    [InlineData(Group.Types.Kind.Workload, "/elevated/e1", Reasons.WrongKind)]
    [InlineData(Group.Types.Kind.Workload, "/dkm/crypto", Reasons.WrongKind)]
    [InlineData(Group.Types.Kind.Human, Worker, Reasons.WrongKind)]
    [InlineData(Group.Types.Kind.Workload, "/ns/mail/sa/*", Reasons.InvalidField)]
    public async Task Create_MemberThatDoesNotBelong_NamesItAndNothingChanged(Group.Types.Kind kind, string member, string reason)
    {
        var before = await fixture.AllAsync();
        var draft = Draft("wrong", TestPki.Id(member));
        draft.Kind = kind;

        var thrown = await RpcAssert.FailsAsync(StatusCode.InvalidArgument, reason, Groups.CreateGroupAsync(new CreateGroupRequest { Group = draft }, cancellationToken: Token));

        Assert.Equal("group.members[0]", Dkm.Transport.StatusMapping.FromRpc(thrown).Field);
        Assert.Equal(before, await fixture.AllAsync());
    }

    [Fact]
    public async Task Update_HumanIntoWorkloadGroup_Refused()
    {
        var group = await CreateAsync("no-humans", TestPki.Id(Worker));
        group.Members.Add(TestPki.Id("/human/eve"));

        var thrown = await RpcAssert.FailsAsync(StatusCode.InvalidArgument, Reasons.WrongKind, Groups.UpdateGroupAsync(new UpdateGroupRequest { Group = group }, cancellationToken: Token));

        Assert.Equal("group.members[1]", Dkm.Transport.StatusMapping.FromRpc(thrown).Field);
    }

    [Fact]
    public async Task Administrators_LastOneOrDeletion_Refused()
    {
        var admins = await Groups.GetGroupAsync(new GetGroupRequest { Name = "dkm-admins" }, cancellationToken: Token);
        Assert.True(admins.BuiltIn);
        admins.Members.Clear();

        await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.LastAdministrator, Groups.UpdateGroupAsync(new UpdateGroupRequest { Group = admins }, cancellationToken: Token));
        await RpcAssert.FailsAsync(
            StatusCode.FailedPrecondition, Reasons.BuiltInGroup, Groups.DeleteGroupAsync(new DeleteGroupRequest { Name = "dkm-admins" }, cancellationToken: Token));
        await RpcAssert.FailsAsync(
            StatusCode.FailedPrecondition, Reasons.BuiltInGroup, Groups.DeleteGroupAsync(new DeleteGroupRequest { Name = "dkm-auditors" }, cancellationToken: Token));
        await RpcAssert.FailsAsync(
            StatusCode.InvalidArgument, Reasons.BuiltInGroup, Groups.CreateGroupAsync(new CreateGroupRequest { Group = Draft("dkm-own") }, cancellationToken: Token));
    }

    [Fact]
    public async Task Administrators_OneAddedAndRemoved_MayAndMayNotAtOnce()
    {
        var cleo = fixture.GroupsAs("/human/cleo");
        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.AdministratorsOnly, cleo.ListGroupsAsync(new ListGroupsRequest(), cancellationToken: Token));
        var admins = await Groups.GetGroupAsync(new GetGroupRequest { Name = "dkm-admins" }, cancellationToken: Token);
        admins.Members.Add(TestPki.Id("/human/cleo"));
        admins = await Groups.UpdateGroupAsync(new UpdateGroupRequest { Group = admins }, cancellationToken: Token);
        Assert.NotEmpty((await cleo.ListGroupsAsync(new ListGroupsRequest(), cancellationToken: Token)).Groups);

        admins.Members.Remove(TestPki.Id("/human/cleo"));
        await cleo.UpdateGroupAsync(new UpdateGroupRequest { Group = admins }, cancellationToken: Token);

        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.AdministratorsOnly, cleo.ListGroupsAsync(new ListGroupsRequest(), cancellationToken: Token));
    }

    [Theory]
    [InlineData(Worker, Reasons.CallerClass)]
    [InlineData("/dkm/keyring", Reasons.CallerClass)]
    [InlineData("/human/eve", Reasons.AdministratorsOnly)]
    public async Task EveryMethod_NotAnAdministrator_DeniedAndNothingChanged(string path, string reason)
    {
        var before = await fixture.AllAsync();
        var client = fixture.GroupsAs(path);

        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, reason, client.CreateGroupAsync(new CreateGroupRequest { Group = Draft("denied") }, cancellationToken: Token));
        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, reason, client.GetGroupAsync(new GetGroupRequest { Name = "dkm-admins" }, cancellationToken: Token));
        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, reason, client.ListGroupsAsync(new ListGroupsRequest(), cancellationToken: Token));
        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, reason, client.UpdateGroupAsync(new UpdateGroupRequest { Group = before.Groups[0] }, cancellationToken: Token));
        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, reason, client.DeleteGroupAsync(new DeleteGroupRequest { Name = "dkm-admins" }, cancellationToken: Token));

        Assert.Equal(before, await fixture.AllAsync());
    }

    [Fact]
    public async Task List_Pages_CoverAllOnceInOrder()
    {
        foreach (var name in (string[])["page-c", "page-a", "page-b"])
        {
            await CreateAsync(name);
        }

        var names = new List<string>();
        var token = string.Empty;
        do
        {
            var page = await Groups.ListGroupsAsync(new ListGroupsRequest { PageSize = 2, PageToken = token }, cancellationToken: Token);
            Assert.InRange(page.Groups.Count, 1, 2);
            names.AddRange(page.Groups.Select(group => group.Name));
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal((await fixture.AllAsync()).Groups.Select(group => group.Name), names);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        await RpcAssert.FailsAsync(StatusCode.InvalidArgument, null, Groups.ListGroupsAsync(new ListGroupsRequest { PageToken = "x" }, cancellationToken: Token));
    }

    [Fact]
    public async Task Create_TenThousandMembers_RoundTrips()
    {
        var draft = Draft("many");
        draft.Members.AddRange(Enumerable.Range(0, 10_000).Select(i => TestPki.Id($"/ns/mail/sa/worker-{i:00000}")));

        var created = await Groups.CreateGroupAsync(new CreateGroupRequest { Group = draft }, cancellationToken: Token);

        Assert.Equal(10_000, created.Members.Count);
        await Groups.DeleteGroupAsync(new DeleteGroupRequest { Name = "many" }, cancellationToken: Token);
    }

    private static Group Draft(string name, params string[] members) => new() { Name = name, Kind = Group.Types.Kind.Workload, Members = { members } };

    private async Task<Group> CreateAsync(string name, params string[] members) =>
        await Groups.CreateGroupAsync(new CreateGroupRequest { Group = Draft(name, members) });
}
