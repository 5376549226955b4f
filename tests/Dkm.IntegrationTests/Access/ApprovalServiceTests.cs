namespace Dkm.IntegrationTests.Access;

using System;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Hosting.Policy;
using Dkm.IntegrationTests.Transport;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Dkm.Transport;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Dkm.Access.V1.Petition.Types;

/// <summary>Elevations at two replicas over real TLS.</summary>
public sealed class ApprovalServiceTests(ApprovalFixture fixture) : IClassFixture<ApprovalFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Story_RequestTwoLevelsCredentialRevoke_AsTheContractSays()
    {
        var petition = await fixture.RequestAsync();
        Assert.Equal((State.Pending, 1, 32), (petition.State, petition.OpenLevel, petition.Digest.Length));
        Assert.Equal(("workers", "INC-7"), (petition.Elevation?.Group, petition.Ticket));

        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.OwnPetition, () => fixture.ApproveAsync(petition, "ops"));
        petition = await fixture.ApproveAsync(petition, "mia");
        Assert.Equal((State.Pending, 2, true), (petition.State, petition.OpenLevel, petition.Approvals.Single().Counts));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.PetitionNotActive, () => IssueAsync(petition, "ops", key));

        petition = await fixture.ApproveAsync(petition, "leo", replica: 1);
        Assert.Equal((State.Active, TimeSpan.FromMinutes(30)), (petition.State, petition.EndTime.ToDateTimeOffset() - petition.ActiveTime.ToDateTimeOffset()));
        await IssueAsync(petition, "ops", key);

        petition = await fixture.As("ada").RevokeAsync(new RevokeRequest { Id = petition.Id, Reason = "enough" }, cancellationToken: Token);
        Assert.Equal((State.Revoked, "enough", TestPki.Id("/human/ada")), (petition.State, petition.Ending.Reason, petition.Ending.Identity));
        await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.PetitionEnded, () => IssueAsync(petition, "ops", key));
        Assert.Equal(petition, await fixture.As("ops").GetAsync(new GetRequest { Id = petition.Id }, cancellationToken: Token));
    }

    [Fact]
    public async Task Approve_ReplayedOrForAnotherPetition_CountsOnce()
    {
        var (one, other) = (await fixture.RequestAsync(), await fixture.RequestAsync());
        Assert.NotEqual(one.Digest, other.Digest);
        await fixture.ApproveAsync(one, "mia");

        await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.AlreadyApproved, () => fixture.ApproveAsync(one, "mia", replica: 1));
        var thrown = await RpcAssert.FailsAsync(
            StatusCode.InvalidArgument, Reasons.DigestMismatch, fixture.As("mia").ApproveAsync(new ApproveRequest { Id = other.Id, Digest = one.Digest }, cancellationToken: Token));

        Assert.Equal("digest", StatusMapping.FromRpc(thrown).Field);
        Assert.Empty((await fixture.As("ops").GetAsync(new GetRequest { Id = other.Id }, cancellationToken: Token)).Approvals);
    }

    [Fact]
    public async Task Approve_ByAWorkload_CallerClass()
    {
        var petition = await fixture.RequestAsync();
        var worker = new ApprovalService.ApprovalServiceClient(fixture.ChannelAs("/ns/mail/sa/worker"));

        await RpcAssert.FailsAsync(
            StatusCode.PermissionDenied, Reasons.CallerClass, worker.ApproveAsync(new ApproveRequest { Id = petition.Id, Digest = petition.Digest }, cancellationToken: Token));
        await RpcAssert.FailsAsync(
            StatusCode.PermissionDenied, Reasons.CallerClass, worker.RequestElevationAsync(ApprovalFixture.Request("workers", TimeSpan.FromMinutes(1)), cancellationToken: Token));
    }

    [Fact]
    public async Task Approve_ByTheRequesterUnderAnotherCertificate_OwnPetition()
    {
        var petition = await fixture.RequestAsync();
        using var another = TestServers.Channel(fixture.Services[1].Address, fixture.Pki.Issue("/human/ops"));

        await RpcAssert.FailsAsync(
            StatusCode.PermissionDenied,
            Reasons.OwnPetition,
            new ApprovalService.ApprovalServiceClient(another).ApproveAsync(new ApproveRequest { Id = petition.Id, Digest = petition.Digest }, cancellationToken: Token));
    }

    [Fact]
    public async Task Approve_BothLevelsByOnePerson_AlreadyApproved()
    {
        var petition = await fixture.RequestAsync();
        await fixture.ApproveAsync(petition, "max");

        await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.AlreadyApproved, () => fixture.ApproveAsync(petition, "max", replica: 1));
    }

    [Fact]
    public async Task Approve_FirstApproverRemovedSince_DoesNotCountAnyMore()
    {
        var managers = fixture.NewName("managers");
        await fixture.CreateAsync(managers, Group.Types.Kind.Human, "/human/mia", "/human/max");
        var workers = fixture.NewName("workers");
        await fixture.WorkersAsync(workers, TimeSpan.FromHours(1), TimeSpan.FromHours(12), managers, "legal");
        var petition = await fixture.RequestAsync(workers);
        await fixture.ApproveAsync(petition, "mia");

        await fixture.MembersAsync(managers, "max");

        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.NotAnApprover, () => fixture.ApproveAsync(petition, "leo"));
        Assert.False((await fixture.As("ada").GetAsync(new GetRequest { Id = petition.Id }, cancellationToken: Token)).Approvals.Single().Counts);
        Assert.Equal(State.Pending, (await fixture.ApproveAsync(petition, "max")).State);
        Assert.Equal(State.Active, (await fixture.ApproveAsync(petition, "leo")).State);
    }

    [Fact]
    public async Task Approve_TheLastOneAtTwoReplicasAtOnce_CountsOnce()
    {
        for (var round = 0; round < 5; round++)
        {
            var petition = await fixture.RequestAsync();
            await fixture.ApproveAsync(petition, "mia");

            var outcomes = await Task.WhenAll(OutcomeAsync(petition, "leo", 0), OutcomeAsync(petition, "lea", 1), OutcomeAsync(petition, "max", 0));

            Assert.Equal(1, outcomes.Count(outcome => outcome == nameof(State.Active)));
            Assert.Equal(2, outcomes.Count(outcome => outcome == Reasons.PetitionEnded));
            var (here, there) = (await GetAsync(petition, 0), await GetAsync(petition, 1));
            Assert.Equal(2, here.Approvals.Count);
            Assert.Equal(here, there);
        }
    }

    [Fact]
    public async Task Deny_WhileTheLastApprovalComes_OneOfThemAndNeverBoth()
    {
        for (var round = 0; round < 5; round++)
        {
            var petition = await fixture.RequestAsync();
            await fixture.ApproveAsync(petition, "mia");

            var outcomes = await Task.WhenAll(
                OutcomeAsync(petition, "leo", 0),
                OutcomeAsync(async () => (await fixture.As("lea", 1).DenyAsync(new DenyRequest { Id = petition.Id, Reason = "no" })).State));

            Assert.Single(outcomes, outcome => outcome == Reasons.PetitionEnded);
            Assert.Equal(outcomes.Single(outcome => outcome != Reasons.PetitionEnded), (await GetAsync(petition, 0)).State.ToString());
        }
    }

    [Fact]
    public async Task Request_NotApprovedInItsTime_LapsesAndStaysSo()
    {
        var workers = fixture.NewName("workers");
        await fixture.WorkersAsync(workers, TimeSpan.FromHours(1), TimeSpan.FromSeconds(1), "managers", "legal");
        var petition = await fixture.RequestAsync(workers);

        await Eventually.TrueAsync(async () => (await GetAsync(petition, 1)).State == State.Lapsed, "lapsed");

        await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.PetitionEnded, () => fixture.ApproveAsync(petition, "mia"));
    }

    [Fact]
    public async Task Request_Mistaken_NamesItsField()
    {
        var tooLong = await RpcAssert.FailsAsync(
            StatusCode.InvalidArgument, Reasons.DurationOverCap, fixture.As("ops").RequestElevationAsync(ApprovalFixture.Request("workers", TimeSpan.FromMinutes(61)), cancellationToken: Token));
        Assert.Equal("elevation.duration", StatusMapping.FromRpc(tooLong).Field);

        var absent = await RpcAssert.FailsAsync(
            StatusCode.FailedPrecondition, Reasons.NoElevationPolicy, fixture.As("ops").RequestElevationAsync(ApprovalFixture.Request("absent", TimeSpan.FromMinutes(1)), cancellationToken: Token));
        var without = await RpcAssert.FailsAsync(
            StatusCode.FailedPrecondition, Reasons.NoElevationPolicy, fixture.As("ops").RequestElevationAsync(ApprovalFixture.Request("managers", TimeSpan.FromMinutes(1)), cancellationToken: Token));
        Assert.Equal(absent.Status.Detail.Replace("absent", "managers", StringComparison.Ordinal), without.Status.Detail);
    }

    [Fact]
    public async Task Request_SameIdAtTheSameTimeAtTwoReplicas_MakesOne()
    {
        var request = ApprovalFixture.Request("workers", TimeSpan.FromMinutes(1));
        request.RequestId = Guid.CreateVersion7().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => fixture.As("ops", i % 2).RequestElevationAsync(request).ResponseAsync));

        Assert.Single(answers.Select(answer => answer.Id).Distinct());
        request.Reason = "another";
        await RpcAssert.FailsAsync(StatusCode.AlreadyExists, Reasons.RequestIdReused, fixture.As("ops").RequestElevationAsync(request, cancellationToken: Token));
    }

    [Fact]
    public async Task UpdateGroup_LevelThatCannotBeFilled_NamesIt()
    {
        var (alone, workers) = (fixture.NewName("alone"), fixture.NewName("workers"));
        await fixture.CreateAsync(alone, Group.Types.Kind.Human, "/human/mia");

        var thrown = await RpcAssert.FailsAsync(
            StatusCode.FailedPrecondition, Reasons.LevelCannotBeFilled, () => fixture.WorkersAsync(workers, TimeSpan.FromHours(1), TimeSpan.FromHours(1), alone, alone));

        Assert.Equal("group.elevation_policy.levels[1]", StatusMapping.FromRpc(thrown).Field);
        Assert.Null((await fixture.Groups().GetGroupAsync(new GetGroupRequest { Name = workers }, cancellationToken: Token)).ElevationPolicy);
    }

    [Fact]
    public async Task UpdateGroup_ByAClientThatKnowsNoElevationPolicy_TakesNoneAway()
    {
        var workers = fixture.NewName("workers");
        var group = await fixture.WorkersAsync(workers, TimeSpan.FromHours(1), TimeSpan.FromHours(1), "managers");
        group.ElevationPolicy = null;
        group.Description = "new";

        group = await fixture.Groups().UpdateGroupAsync(new UpdateGroupRequest { Group = group }, cancellationToken: Token);

        Assert.Equal(("new", "managers"), (group.Description, group.ElevationPolicy.Levels.Single().Group));
    }

    [Fact]
    public async Task Get_OfAStranger_SameWordsWhetherItExistsOrNot()
    {
        var petition = await fixture.RequestAsync();
        var absent = Guid.CreateVersion7().ToString();

        var (hers, nobodys) = (await StrangerAsync(petition.Id), await StrangerAsync(absent));

        Assert.Equal(hers.Status.Detail.Replace(petition.Id, absent, StringComparison.Ordinal), nobodys.Status.Detail);
        await RpcAssert.FailsAsync(StatusCode.NotFound, Reasons.NotFound, fixture.As("ada").GetAsync(new GetRequest { Id = absent }, cancellationToken: Token));
        Assert.DoesNotContain((await fixture.As("eve").ListAsync(new ListRequest(), cancellationToken: Token)).Petitions, _ => true);
        Assert.Contains((await fixture.As("mia").ListAsync(new ListRequest { AwaitingCaller = true }, cancellationToken: Token)).Petitions, one => one.Id == petition.Id);

        Task<RpcException> StrangerAsync(string id) => RpcAssert.FailsAsync(
            StatusCode.PermissionDenied, Reasons.PetitionUnknownOrNotYours, fixture.As("eve").GetAsync(new GetRequest { Id = id }, cancellationToken: Token));
    }

    [Fact]
    public async Task List_InPages_EachOnceTheNewestFirst()
    {
        var made = new[] { await fixture.RequestAsync(), await fixture.RequestAsync(), await fixture.RequestAsync() };
        foreach (var petition in made)
        {
            await fixture.As("ops").CancelAsync(new CancelRequest { Id = petition.Id }, cancellationToken: Token);
        }

        var request = new ListRequest { PageSize = 2, States = { State.Cancelled }, Kind = ListRequest.Types.Kind.Elevation };
        var ids = new System.Collections.Generic.List<string>();
        do
        {
            var page = await fixture.As("ops").ListAsync(request, cancellationToken: Token);
            ids.AddRange(page.Petitions.Select(petition => petition.Id));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal(ids.Distinct().OrderDescending(StringComparer.Ordinal), ids);
        Assert.Empty(made.Select(petition => petition.Id).Except(ids));
    }

    [Fact]
    public async Task WatchPolicy_ElevationStartsAndIsRevoked_FollowersHaveItWithinASecond()
    {
        using var channel = new EchoClient(fixture.Pki, null!, fixture.Pki.IssueFiles("/dkm/crypto"), new ServiceChannelOptions
        {
            Addresses = fixture.Services[1].Address,
            Service = DkmService.Access,
            TrustDomain = TestPki.TrustDomain,
        });
        using var follower = new PolicyReplica(channel.Channel.Invoker, new PolicyReplicaOptions(), TimeProvider.System, NullLogger<PolicyReplica>.Instance);
        await follower.StartAsync(Token);
        await Eventually.TrueAsync(() => follower.Ready, "ready");

        var petition = await fixture.ActiveAsync();
        await Eventually.TrueAsync(() => follower.Current.FindElevation(petition.Id) is not null, "in force");
        Assert.Equal(petition.EndTime.ToDateTimeOffset(), follower.Current.FindElevation(petition.Id)!.EndTime);

        var revoked = DateTimeOffset.UtcNow;
        await fixture.As("ops").RevokeAsync(new RevokeRequest { Id = petition.Id, Reason = "done" }, cancellationToken: Token);
        await Eventually.TrueAsync(() => follower.Current.FindElevation(petition.Id) is null, "over");
        Assert.InRange(DateTimeOffset.UtcNow - revoked, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await follower.StopAsync(Token);
    }

    [Fact]
    public async Task Proposal_ApprovedAtTwoReplicasAtOnce_IsAppliedOnce()
    {
        var group = await fixture.CreateAsync(fixture.NewName("proposed"), Group.Types.Kind.Workload);
        var petition = await ProposeAsync(group, "/ns/mail/sa/new");
        Assert.Equal((State.Pending, group.Name), (petition.State, petition.Proposal?.UpdateGroup?.Group.Name));
        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.OwnPetition, () => fixture.ApproveAsync(petition, "ada"));
        Assert.Empty((await fixture.Groups().GetGroupAsync(new GetGroupRequest { Name = group.Name }, cancellationToken: Token)).Members);

        var outcomes = await Task.WhenAll(OutcomeAsync(petition, "bob", 0), OutcomeAsync(petition, "bob", 1));

        Assert.Equal([nameof(State.Applied), Reasons.PetitionEnded], outcomes.Order(StringComparer.Ordinal));
        Assert.Equal([TestPki.Id("/ns/mail/sa/new")], (await fixture.Groups().GetGroupAsync(new GetGroupRequest { Name = group.Name }, cancellationToken: Token)).Members);
    }

    [Fact]
    public async Task Proposal_ItsObjectChangedSince_IsNotApplied()
    {
        var group = await fixture.CreateAsync(fixture.NewName("changed"), Group.Types.Kind.Workload);
        var petition = await ProposeAsync(group, "/ns/mail/sa/new");
        group.Description = "another";
        await fixture.Groups().UpdateGroupAsync(new UpdateGroupRequest { Group = group, UpdateMask = new FieldMask { Paths = { "description" } } }, cancellationToken: Token);

        await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.ObjectChanged, () => fixture.ApproveAsync(petition, "bob"));

        Assert.Empty((await fixture.Groups().GetGroupAsync(new GetGroupRequest { Name = group.Name }, cancellationToken: Token)).Members);
        Assert.Equal(State.Pending, (await GetAsync(petition, 1)).State);
    }

    [Fact]
    public async Task Proposal_ByNoAdministratorOrOfTheLastOnesRemoval_Refused()
    {
        var admins = await fixture.Groups().GetGroupAsync(new GetGroupRequest { Name = "dkm-admins" }, cancellationToken: Token);
        await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.LastAdministrator, () => ProposeAsync(admins));
        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.AdministratorsOnly, () => ProposeAsync(admins, "/human/mia", by: "mia"));
    }

    private async Task<Petition> ProposeAsync(Group group, string? member = null, string by = "ada")
    {
        var wanted = group.Clone();
        wanted.Members.Clear();
        wanted.Members.AddRange(member is null ? [] : [TestPki.Id(member)]);
        var change = new ProposedChange { UpdateGroup = new UpdateGroupRequest { Group = wanted, UpdateMask = new FieldMask { Paths = { "members" } } } };
        return await fixture.As(by).ProposeAsync(new ProposeRequest { Proposal = change, Reason = "a new worker" }, cancellationToken: Token);
    }

    private Task<IssueCredentialResponse> IssueAsync(Petition petition, string person, ECDsa key) => fixture.As(person).IssueCredentialAsync(
        new IssueCredentialRequest { Id = petition.Id, CertificationRequest = ApprovalFixture.CertificationRequest(key) }, cancellationToken: Token).ResponseAsync;

    private async Task<Petition> GetAsync(Petition petition, int replica)
    {
        var seen = await fixture.As("ada", replica).GetAsync(new GetRequest { Id = petition.Id }, cancellationToken: Token);
        return seen;
    }

    private Task<string> OutcomeAsync(Petition petition, string person, int replica) => OutcomeAsync(async () => (await fixture.ApproveAsync(petition, person, replica)).State);

    private static async Task<string> OutcomeAsync(Func<Task<State>> call)
    {
        try
        {
            return (await call()).ToString();
        }
        catch (RpcException refused)
        {
            return StatusMapping.FromRpc(refused).Reason;
        }
    }
}
