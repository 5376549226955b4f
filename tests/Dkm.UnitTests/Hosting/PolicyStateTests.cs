namespace Dkm.UnitTests.Hosting;

using System;
using System.Collections.Generic;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Hosting.Policy;
using Google.Protobuf.WellKnownTypes;
using Xunit;
using Core = Dkm.Core.Authorization;
using Verdict = Dkm.Hosting.Policy.PolicyState.Verdict;

public sealed class PolicyStateTests
{
    private const string Worker = "spiffe://dkm.test/ns/mail/sa/worker";

    private static readonly Core.PolicySnapshot Held = Core.PolicySnapshot.Create(
        new Core.PolicyVersion(1, 5), [Core.GroupEntry.Create("workers", "uid-1", Core.GroupKind.Workload, [SpiffeId.Parse(Worker)])]);

    [Theory]
    [InlineData(1, 5)]
    [InlineData(1, 9)]
    [InlineData(2, 1)]
    public void Step_SnapshotNotOlder_Replaces(long epoch, long number)
    {
        var (verdict, next) = Step(Held, false, Snapshot(epoch, number));

        Assert.Equal(Verdict.Advance, verdict);
        Assert.Equal(new Core.PolicyVersion(epoch, number), next.Version);
        Assert.Null(next.FindByUid("uid-1"));
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(0, 9)]
    public void Step_OlderSnapshot_RollbackRefused(long epoch, long number)
    {
        var (verdict, next) = Step(Held, false, Snapshot(epoch, number));

        Assert.Equal(Verdict.Rollback, verdict);
        Assert.Same(Held, next);
    }

    [Fact]
    public void Step_NextChange_Applied()
    {
        var change = Change(5, 6);
        change.Change.UpdatedGroups.Add(new PolicyGroup { Name = "humans", Uid = "uid-2", Kind = Group.Types.Kind.Human, Members = { "spiffe://dkm.test/human/ada" } });
        change.Change.DeletedGroupUids.Add("uid-1");

        var (verdict, next) = Step(Held, true, change);

        Assert.Equal(Verdict.Advance, verdict);
        Assert.True(next.IsMember("uid-2", SpiffeId.Parse("spiffe://dkm.test/human/ada")));
        Assert.Null(next.FindByUid("uid-1"));
    }

    [Theory]
    [InlineData(4, 6, true)]
    [InlineData(6, 7, true)]
    [InlineData(5, 5, true)]
    [InlineData(5, 4, true)]
    [InlineData(5, 6, false)]
    public void Step_ChangeFromElsewhereOrBeforeTheSnapshot_Gap(long from, long to, bool synchronized)
    {
        var (verdict, next) = Step(Held, synchronized, Change(from, to));

        Assert.Equal(Verdict.Gap, verdict);
        Assert.Same(Held, next);
    }

    [Theory]
    [InlineData(5, true, true)]
    [InlineData(4, true, false)]
    [InlineData(6, true, false)]
    [InlineData(5, false, false)]
    public void Step_Heartbeat_ConfirmsOnlyWhatIsHeld(long number, bool synchronized, bool confirms)
    {
        var (verdict, _) = Step(Held, synchronized, new WatchPolicyResponse { Heartbeat = new PolicyHeartbeat { Version = Version(1, number) } });

        Assert.Equal(confirms ? Verdict.Confirm : Verdict.Gap, verdict);
    }

    [Fact]
    public void Step_EmptyMessage_Gap() => Assert.Equal(Verdict.Gap, Step(Held, true, new WatchPolicyResponse()).Verdict);

    [Fact]
    public void Step_MemberThatIsNoSpiffeId_LeftOutAndTold()
    {
        var told = new List<string>();
        var snapshot = Snapshot(1, 6);
        snapshot.Snapshot.Groups.Add(new PolicyGroup { Name = "odd", Uid = "uid-3", Kind = Group.Types.Kind.Workload, Members = { "nobody", Worker } });

        var (_, next) = PolicyState.Step(Held, false, snapshot, told.Add);

        Assert.Equal(["odd"], told);
        Assert.True(next.IsMember("uid-3", SpiffeId.Parse(Worker)));
    }

    [Fact]
    public void ToWire_AndBack_IsTheSame()
    {
        var group = Core.GroupEntry.Create("workers", "uid-1", Core.GroupKind.Workload, [SpiffeId.Parse(Worker)]);

        var back = group.ToWire().ToCore(_ => Assert.Fail("readable"));

        Assert.Equal((group.Name, group.Uid, group.Kind), (back.Name, back.Uid, back.Kind));
        Assert.True(group.Members.SetEquals(back.Members));
    }

    private static (Verdict Verdict, Core.PolicySnapshot Next) Step(Core.PolicySnapshot held, bool synchronized, WatchPolicyResponse message) =>
        PolicyState.Step(held, synchronized, message, _ => Assert.Fail("readable"));

    private static WatchPolicyResponse Snapshot(long epoch, long number) =>
        new() { Snapshot = new PolicySnapshot { Version = Version(epoch, number), ConfirmTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch) } };

    private static WatchPolicyResponse Change(long from, long to) =>
        new() { Change = new PolicyChange { PreviousVersion = Version(1, from), Version = Version(1, to) } };

    private static PolicyVersion Version(long epoch, long number) => new() { Epoch = epoch, Number = number };
}
