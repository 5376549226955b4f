namespace Dkm.UnitTests.Access;

using System;
using System.Linq;
using Dkm.Access.Approvals;
using Dkm.Access.Records;
using Dkm.Records.V1;
using Dkm.Storage;
using Dkm.Testing.Client;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using Record = Dkm.Storage.Record;

/// <summary>Petitions as records, in the directory, and in the policy that comes of them.</summary>
public sealed class PetitionRecordsTests
{
    private readonly TwoClocks time = new(Groups.Now);
    private readonly SeenTime clock;
    private readonly GroupDirectory directory;

    public PetitionRecordsTests()
    {
        clock = new SeenTime(time);
        directory = new GroupDirectory(clock, NullLogger<GroupDirectory>.Instance);
    }

    [Theory]
    [InlineData(nameof(PetitionState.Pending))]
    [InlineData(nameof(PetitionState.Active))]
    [InlineData(nameof(PetitionState.Revoked))]
    public void Write_ThereAndBack_IsTheSame(string state)
    {
        var petition = Petitions.In(Enum.Parse<PetitionState>(state)) with { KeyDigest = new byte[] { 7 } };

        var back = PetitionRecords.Read(RecordOf(petition));

        Assert.Equal(PetitionRecords.Write(petition, "op"), PetitionRecords.Write(back, "op"));
        Assert.Equal(
            (petition.State, petition.Requester, petition.Elevation!.Duration, petition.EndTime, petition.Approvals.Count, petition.Ending?.Reason, 5L),
            (back.State, back.Requester, back.Elevation!.Duration, back.EndTime, back.Approvals.Count, back.Ending?.Reason, back.Version));
        Assert.True(back.Digest.Span.SequenceEqual(petition.Digest.Span));
    }

    [Fact]
    public void Write_FieldsOfANewerVersion_SurviveAndTheDigestIsOfThem()
    {
        var source = PetitionRecord.Parser.ParseFrom(PetitionRecords.Write(Petitions.In(PetitionState.Pending), "op"));
        source.Body = ByteString.CopyFrom([.. source.Body, 0xFA, 0x07, 0x02, 0x68, 0x69]);
        var read = PetitionRecords.Read(new Record(Petitions.Pending().Path, PetitionRecords.Type, 5, 1, 1, source.ToByteArray()));

        Assert.False(read.Digest.Span.SequenceEqual(Petitions.Pending().Digest.Span));
        Assert.Equal(source.Body, PetitionRecord.Parser.ParseFrom(PetitionRecords.Write(read, "op")).Body);
    }

    [Fact]
    public void ToMessage_ElevationOrProposal_IsInIt()
    {
        var proposal = new Dkm.Access.V1.ProposedChange { DeleteGroup = new() { Name = "workers", Etag = "1" } };

        Assert.Equal("workers", Petitions.In(PetitionState.Active).ToMessage(Petitions.Set.Policy).Elevation?.Group);
        Assert.Equal(proposal, (Petitions.In(PetitionState.Pending) with { Elevation = null, Proposal = proposal }).ToMessage(Petitions.Set.Policy).Proposal);
    }

    [Fact]
    public void Apply_ElevationStartsAndEnds_FollowersAreTold()
    {
        Apply(true, 1, [], RecordOf(Petitions.In(PetitionState.Pending)));
        using var subscription = directory.Subscribe();
        Assert.Null(directory.Groups.Policy.FindElevation(Petitions.Id));

        Apply(false, 2, [], RecordOf(Petitions.In(PetitionState.Active)));
        Assert.NotNull(directory.Groups.Policy.FindElevation(Petitions.Id));
        Apply(false, 3, [], RecordOf(Petitions.In(PetitionState.Revoked)));

        Assert.True(subscription.Steps.TryRead(out var started));
        Assert.True(subscription.Steps.TryRead(out var ended));
        Assert.Equal(("uid-of-workers", Petitions.Ops, Groups.Now + Petitions.HalfAnHour), (started.Started.Single().GroupUid, started.Started[0].Requester, started.Started[0].EndTime));
        Assert.Equal([Petitions.Id], ended.EndedIds);
        Assert.Null(directory.Groups.Policy.FindElevation(Petitions.Id));
    }

    [Fact]
    public void Apply_GroupChangesBesides_ElevationsStay()
    {
        Apply(true, 1, [], RecordOf(Petitions.In(PetitionState.Active)));

        directory.Apply(new ReplicaChange(false, new ManifestVersion(1, 9), [new Record("groups/workers", GroupRecords.Type, 9, 1, 1, GroupRecords.Write(Petitions.Workers, "op"))], []));

        Assert.NotNull(directory.Groups.Policy.FindElevation(Petitions.Id));
        Assert.Equal(Petitions.Policy, directory.Groups.Find("workers")!.Elevation);
    }

    [Fact]
    public void Apply_ActiveOneDeletedOrUnreadable_GivesNobodyAnything()
    {
        Apply(true, 1, [], RecordOf(Petitions.In(PetitionState.Active)));
        Apply(false, 2, [Petitions.Pending().Path]);
        Assert.Null(directory.Groups.Policy.FindElevation(Petitions.Id));

        Apply(true, 3, [], RecordOf(Petitions.In(PetitionState.Active)));
        Apply(false, 4, [], RecordOf(Petitions.In(PetitionState.Active)) with { Body = new PetitionRecord { State = 99 }.ToByteArray() });
        Assert.Null(directory.Groups.Policy.FindElevation(Petitions.Id));
        Assert.Equal(0, directory.State.Petitions.Count);
    }

    [Fact]
    public void Recall_PetitionAndTime_AreAsTheyWereWritten()
    {
        var record = RecordOf(Petitions.In(PetitionState.Active));
        Apply(true, 1, [], record, TimeAt(Groups.Now.AddHours(1)));

        Assert.True(directory.Recall(record.Path, null)!.Value.Body.Span.SequenceEqual(record.Body.Span));
        Assert.Equal(TimeRecords.Type, directory.Recall(TimeRecords.Path, null)!.Value.Type);
        Assert.Null(directory.Recall("proposals/" + Petitions.Id, null));
    }

    [Fact]
    public void Now_ClockSetBackOrRestartedBehindTheStore_GoesOnFromTheHighestSeen()
    {
        Apply(true, 1, [], TimeAt(Groups.Now.AddHours(1)));
        Assert.Equal(Groups.Now.AddHours(1), clock.Now);

        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(Groups.Now.AddMinutes(65), clock.Now);

        time.SetWall(Groups.Now.AddHours(3));
        Assert.Equal(Groups.Now.AddHours(3), clock.Now);
        time.SetWall(Groups.Now.AddDays(-1));
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Groups.Now.AddHours(3).AddMinutes(1), clock.Now);
    }

    [Fact]
    public void Due_AtEachTime_SettlesForgetsAndKeepsTheTime()
    {
        var state = Petitions.State with { Petitions = PetitionSet.Create([Petitions.In(PetitionState.Active)]), HighestTime = Groups.Now };

        Assert.True(PetitionDue.At(state, Groups.Now.AddSeconds(4)).IsNothing);
        Assert.Equal((true, 0), (PetitionDue.At(state, Groups.Now.AddSeconds(5)).Time, PetitionDue.At(state, Groups.Now.AddSeconds(5)).Ended.Count));
        Assert.Equal(PetitionState.Expired, PetitionDue.At(state, Groups.Now + Petitions.HalfAnHour).Ended.Single().State);

        var pending = state with { Petitions = PetitionSet.Create([Petitions.In(PetitionState.Pending)]) };
        Assert.True(PetitionDue.At(pending, Groups.Now.AddSeconds(59)).IsNothing);
        Assert.True(PetitionDue.At(pending, Groups.Now.AddSeconds(60)).Time);

        var ended = state with { Petitions = PetitionSet.Create([Petitions.In(PetitionState.Revoked)]) };
        Assert.True(PetitionDue.At(ended, Groups.Now.AddDays(30)).IsNothing);
        Assert.Equal(Petitions.Id, PetitionDue.At(ended, Groups.Now.AddDays(30).AddTicks(1)).Forgotten.Single().Id);
    }

    private static Record RecordOf(Petition petition) => new(petition.Path, PetitionRecords.Type, 5, 1, 1, PetitionRecords.Write(petition, "op"));

    private static Record TimeAt(DateTimeOffset highest) => new(TimeRecords.Path, TimeRecords.Type, 1, 1, 1, TimeRecords.Write(highest, "op"));

    private void Apply(bool reset, long version, string[] deleted, params Record[] updated) =>
        directory.Apply(new ReplicaChange(reset, new ManifestVersion(1, version), updated, deleted));
}
