namespace Dkm.UnitTests.Access;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Dkm.Access.Approvals;
using Dkm.Access.V1;
using Dkm.Core;
using Google.Protobuf.WellKnownTypes;
using Xunit;
using Petition = Dkm.Access.Approvals.Petition;

public sealed class PetitionDraftsTests
{
    private const string RequestId = "6fa459ea-ee8a-4ca4-894e-db77e160355e";

    public static TheoryData<string, string, string> BadRequests => new()
    {
        { "elevation", "elevation", Reasons.Required },
        { "group=", "elevation.group", Reasons.Required },
        { "group=Mail", "elevation.group", Reasons.InvalidField },
        { "group=absent", "elevation.group", Reasons.NoElevationPolicy },
        { "group=plain", "elevation.group", Reasons.NoElevationPolicy },
        { "group=managers", "elevation.group", Reasons.NoElevationPolicy },
        { "duration=0", "elevation.duration", Reasons.Required },
        { "duration=-5", "elevation.duration", Reasons.InvalidField },
        { "duration=3601", "elevation.duration", Reasons.DurationOverCap },
        { "duration=300000000000", "elevation.duration", Reasons.DurationOverCap },
        { "ring=Mail", "elevation.key_rings[1]", Reasons.InvalidField },
        { "operations=-1", "elevation.max_operations", Reasons.InvalidField },
        { "reason=", "reason", Reasons.Required },
        { "reason=two\nlines", "reason", Reasons.InvalidField },
        { "reason=" + new string('é', 257), "reason", Reasons.TooLong },
        { "ticket=" + new string('t', 65), "ticket", Reasons.TooLong },
        { "request=abc", "request_id", Reasons.InvalidField },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public void Elevation_OneFieldWrong_NamesIt(string spoil, string field, string reason)
    {
        var request = Request();
        var value = spoil[(spoil.IndexOf('=', StringComparison.Ordinal) + 1)..];
        switch (spoil.Split('=')[0])
        {
            case "elevation":
                request.Elevation = null;
                break;
            case "group":
                request.Elevation.Group = value;
                break;
            case "duration":
                request.Elevation.Duration = new Duration { Seconds = long.Parse(value, CultureInfo.InvariantCulture) };
                break;
            case "ring":
                request.Elevation.KeyRings.Add(value);
                break;
            case "operations":
                request.Elevation.MaxOperations = -1;
                break;
            case "reason":
                request.Reason = value;
                break;
            case "ticket":
                request.Ticket = value;
                break;
            default:
                request.RequestId = value;
                break;
        }

        var thrown = Assert.Throws<DkmException>(() => Draft(request, State()));

        Assert.Equal((field, reason), (thrown.Field, thrown.Reason));
    }

    [Fact]
    public void Elevation_Good_IsFixedWithThePolicyOfTheGroup()
    {
        var petition = Draft(Request(), State());

        Assert.Equal(
            (PetitionState.Pending, Groups.Now + Petitions.Policy.PendingTtl, "uid-of-workers", Petitions.HalfAnHour, 0L),
            (petition.State, petition.PendingEndTime, petition.Elevation!.GroupUid, petition.Elevation.Duration, petition.Version));
        Assert.True(Petitions.Policy.SameLevels(petition.Levels));
    }

    [Fact]
    public void Elevation_SameRequestIdAgain_IsTheSamePetitionAndAnotherBodyIsRefused()
    {
        var request = Request();
        request.RequestId = RequestId;
        var made = Draft(request, State()) with { Version = 9 };
        var state = State(made);

        Assert.Same(made, Draft(request, state));
        request.Reason = "another";
        Assert.Equal(Reasons.RequestIdReused, Assert.Throws<DkmException>(() => Draft(request, state)).Reason);
        Assert.Equal(0, Draft(request, state, Groups.Human("somebody")).Version);
    }

    [Fact]
    public void Elevation_NobodyButTheRequesterMayApprove_LevelCannotBeFilled()
    {
        var state = Petitions.State with { Groups = Petitions.With(["ops"], ["leo"]) };

        var thrown = Assert.Throws<DkmException>(() => Draft(Request(), state));

        Assert.Equal((ErrorKind.FailedPrecondition, Reasons.LevelCannotBeFilled), (thrown.Kind, thrown.Reason));
    }

    [Fact]
    public void Elevation_TwentyOpen_TooMany()
    {
        var open = Enumerable.Range(0, PetitionDrafts.MaximumOpen).Select(i => Petitions.Pending() with { Id = KeyId.Create(Groups.Now.AddSeconds(i)).ToString(), Version = 1 });

        Assert.Equal(ErrorKind.ResourceExhausted, Assert.Throws<DkmException>(() => Draft(Request(), State([.. open]))).Kind);
        Assert.Equal(0, Draft(Request(), State([.. open.Select(petition => petition with { State = PetitionState.Denied })])).Version);
    }

    [Fact]
    public void Elevation_SameWordsTwice_AreTwoDigests()
    {
        var (one, other) = (PetitionRecords.Fix(Petitions.Pending(), new byte[16]), PetitionRecords.Fix(Petitions.Pending(), [.. new byte[15], 1]));

        Assert.False(one.Digest.Span.SequenceEqual(other.Digest.Span));
    }

    [Fact]
    public void Proposal_UpdateWithoutEtagOrOfNothing_Refused()
    {
        var proposal = new ProposedChange { UpdateGroup = new UpdateGroupRequest { Group = new Group { Name = "workers" } } };
        Assert.Equal("group.etag", Assert.Throws<DkmException>(() => Propose(proposal)).Field);

        proposal.UpdateGroup.Group.Etag = "1";
        proposal.UpdateGroup.Group.Members.Add(Groups.Worker("a").ToString());
        Assert.Equal("proposal", Assert.Throws<DkmException>(() => Propose(proposal)).Field);

        Assert.Equal("proposal.delete_group.etag", Assert.Throws<DkmException>(() => Propose(new ProposedChange { DeleteGroup = new DeleteGroupRequest { Name = "workers" } })).Field);
    }

    [Fact]
    public void Proposal_OfTheLastAdministratorsRemoval_Refused()
    {
        var proposal = new ProposedChange { UpdateGroup = new UpdateGroupRequest { Group = new Group { Name = "dkm-admins", Etag = "1" } } };

        Assert.Equal(Reasons.LastAdministrator, Assert.Throws<DkmException>(() => Propose(proposal)).Reason);
    }

    [Fact]
    public void Proposal_ApprovedAfterItsObjectChanged_ObjectChanged()
    {
        var petition = Propose(new ProposedChange
        {
            UpdateGroup = new UpdateGroupRequest { Group = new Group { Name = "workers", Etag = "1", Members = { Groups.Worker("b").ToString() } } },
        });
        Assert.Equal(["b"], ProposalRule.DecideAgain(petition, Petitions.Set, Groups.Fields, Groups.Now).After!.Members.Select(member => member.ToString()[^1..]));

        var changed = Petitions.With(["mia"], ["leo"], Petitions.Workers with { Version = 2 });
        var thrown = Assert.Throws<DkmException>(() => ProposalRule.DecideAgain(petition, changed, Groups.Fields, Groups.Now));

        Assert.Equal((ErrorKind.FailedPrecondition, Reasons.ObjectChanged), (thrown.Kind, thrown.Reason));
    }

    private static AccessStateOf State(params Petition[] petitions) => new(petitions);

    private static Petition Draft(RequestElevationRequest request, Dkm.Access.Records.AccessState state, SpiffeId? requester = null) =>
        PetitionDrafts.Elevation(request, requester ?? Petitions.Ops, state, Petitions.Id, new byte[16], Groups.Now);

    private static Petition Propose(ProposedChange proposal) => PetitionDrafts.Proposal(
        new ProposeRequest { Proposal = proposal, Reason = "because" }, Petitions.Ada, Petitions.State, Groups.Fields, 1, Petitions.Id, new byte[16], Groups.Now);

    private static RequestElevationRequest Request() => new()
    {
        Elevation = new() { Group = "workers", Duration = Duration.FromTimeSpan(Petitions.HalfAnHour), KeyRings = { "mail/accounts" }, MaxOperations = 3 },
        Reason = "a mail does not open",
        Ticket = "INC-7",
    };

    /// <summary>With a group besides that has no elevation policy.</summary>
    private readonly record struct AccessStateOf(IReadOnlyList<Petition> Made)
    {
        public static implicit operator Dkm.Access.Records.AccessState(AccessStateOf state) => Petitions.State with
        {
            Groups = Groups.Set([.. Petitions.Set.After(string.Empty), Groups.Workload("plain", 1, "a")]),
            Petitions = PetitionSet.Create(state.Made),
        };
    }
}
