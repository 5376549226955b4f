namespace Dkm.UnitTests.Access;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Access.Approvals;
using Dkm.Access.Policy;
using Dkm.Access.Records;
using Dkm.Core.Authorization;
using Dkm.Records.V1;
using Dkm.Storage;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using Record = Dkm.Storage.Record;

public sealed class GroupDirectoryTests
{
    private readonly GroupDirectory directory = new(new SeenTime(TimeProvider.System), NullLogger<GroupDirectory>.Instance);

    [Fact]
    public void Apply_ResetThenChanges_FollowersSeeEachStep()
    {
        Apply(reset: true, 1, [Groups.Workload("a", 1, "x"), Groups.Workload("b", 1, "y")]);
        using var subscription = directory.Subscribe();

        Apply(reset: false, 2, [Groups.Workload("c", 2, "z")]);
        Apply(reset: false, 3, [Groups.Workload("a", 3, "x", "w")], "groups/b");

        Assert.Equal(new PolicyVersion(1, 1), subscription.Snapshot.Version);
        var steps = Drain(subscription);
        Assert.Equal(2, steps.Count);
        Assert.Equal(["uid-of-c"], steps[0].Updated.Select(group => group.Uid));
        Assert.Equal(["uid-of-a"], steps[1].Updated.Select(group => group.Uid));
        Assert.Equal(["uid-of-b"], steps[1].DeletedUids);
        Assert.Equal(steps[0].After.Version, steps[1].Before.Version);
        Assert.True(directory.Groups.Policy.IsMember("uid-of-a", Groups.Worker("w")));
    }

    [Fact]
    public void Apply_ResetWithADifference_IsOneStepOfIt()
    {
        Apply(reset: true, 1, [Groups.Workload("a", 1, "x"), Groups.Workload("b", 1, "y")]);
        using var subscription = directory.Subscribe();

        Apply(reset: true, 9, [Groups.Workload("b", 1, "y"), Groups.Workload("c", 8, "z")]);

        var step = Assert.Single(Drain(subscription));
        Assert.Equal(["uid-of-c"], step.Updated.Select(group => group.Uid));
        Assert.Equal(["uid-of-a"], step.DeletedUids);
        Assert.Equal(new PolicyVersion(1, 9), step.After.Version);
    }

    [Fact]
    public void Apply_RecordThatIsNoGroup_MovesTheVersionOnly()
    {
        Apply(reset: true, 1, [Groups.Workload("a", 1)]);
        using var subscription = directory.Subscribe();

        directory.Apply(new ReplicaChange(false, new ManifestVersion(1, 2), [new Record("anchors/x", 9, 2, 1, 1, new byte[] { 1 })], ["anchors/y"]));

        var step = Assert.Single(Drain(subscription));
        Assert.Empty(step.Updated);
        Assert.Empty(step.DeletedUids);
        Assert.NotNull(directory.Groups.Find("a"));
    }

    [Fact]
    public void Offer_FollowerTooFarBehind_IsLetGo()
    {
        Apply(reset: true, 1, []);
        using var subscription = directory.Subscribe();

        for (var version = 2; version < 400; version++)
        {
            Apply(reset: false, version, []);
        }

        Assert.NotEmpty(Drain(subscription));
        Assert.True(subscription.Steps.Completion.IsCompleted);
    }

    [Fact]
    public void Write_FieldOfANewerVersion_SurvivesTheRewrite()
    {
        var source = GroupRecord.Parser.ParseFrom([.. new GroupRecord { Name = "a" }.ToByteArray(), 0xFA, 0x07, 0x02, 0x68, 0x69]);
        var group = Groups.Workload("a", 1, "x") with { Source = source };

        var written = GroupRecords.Write(group, "op");

        Assert.Contains("hi", System.Text.Encoding.Latin1.GetString(written), System.StringComparison.Ordinal);
    }

    [Fact]
    public void After_NameThatIsThereOrNot_BeginsBehindIt()
    {
        var set = Groups.Set(Groups.Workload("a", 1), Groups.Workload("c", 1), Groups.Workload("e", 1));

        Assert.Equal(["a", "c", "e"], set.After(string.Empty).Select(group => group.Name));
        Assert.Equal(["e"], set.After("c").Select(group => group.Name));
        Assert.Equal(["c", "e"], set.After("b").Select(group => group.Name));
        Assert.Empty(set.After("e"));
    }

    private static List<PolicyStep> Drain(PolicySubscription subscription)
    {
        var steps = new List<PolicyStep>();
        while (subscription.Steps.TryRead(out var step))
        {
            steps.Add(step);
        }

        return steps;
    }

    private void Apply(bool reset, long version, IEnumerable<StoredGroup> updated, params string[] deleted) => directory.Apply(new ReplicaChange(
        reset,
        new ManifestVersion(1, version),
        [.. updated.Select(group => new Record(group.Path, GroupRecords.Type, group.Version, 1, 1, GroupRecords.Write(group, "op")))],
        deleted));
}
