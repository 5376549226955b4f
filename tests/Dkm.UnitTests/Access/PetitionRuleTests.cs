namespace Dkm.UnitTests.Access;

using System;
using System.Linq;
using Dkm.Access.Approvals;
using Dkm.Core;
using Xunit;

/// <summary>Every command in every state, and each refusal by its reason.</summary>
public sealed class PetitionRuleTests
{
    private static readonly DateTimeOffset Soon = Groups.Now.AddMinutes(1);

    public static TheoryData<string, string, string?> Table
    {
        get
        {
            var table = new TheoryData<string, string, string?>();
            foreach (var state in Enum.GetValues<PetitionState>())
            {
                var pending = state == PetitionState.Pending;
                var active = state == PetitionState.Active;
                table.Add(state.ToString(), "approve", pending ? null : Reasons.PetitionEnded);
                table.Add(state.ToString(), "deny", pending ? null : Reasons.PetitionEnded);
                table.Add(state.ToString(), "cancel", pending ? null : Reasons.PetitionEnded);
                table.Add(state.ToString(), "revoke", active ? null : pending ? Reasons.PetitionNotActive : Reasons.PetitionEnded);
                table.Add(state.ToString(), "fix", active ? null : pending ? Reasons.PetitionNotActive : Reasons.PetitionEnded);
            }

            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void EveryCommand_InEveryState_IsDoneOrRefusedWithItsReason(string state, string command, string? reason)
    {
        var petition = Petitions.In(Enum.Parse<PetitionState>(state));

        Petition? after = null;
        var thrown = Record.Exception(() => after = Do(command, petition, Soon)) as DkmException;

        Assert.Equal(reason, thrown?.Reason);
        if (reason is null)
        {
            var expected = command switch
            {
                "approve" or "fix" => PetitionState.Active,
                "deny" => PetitionState.Denied,
                "cancel" => PetitionState.Cancelled,
                _ => PetitionState.Revoked,
            };
            Assert.Equal(expected, after!.State);
        }
        else
        {
            Assert.Equal(ErrorKind.FailedPrecondition, thrown!.Kind);
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void EveryCommand_OnceTheTimeIsOver_IsRefused(string state, string command, string? reason)
    {
        var petition = Petitions.In(Enum.Parse<PetitionState>(state));

        var thrown = Assert.Throws<DkmException>(() => Do(command, petition, Groups.Now.AddHours(12)));

        Assert.Equal(Reasons.PetitionEnded, thrown.Reason);
        Assert.True(reason is null or Reasons.PetitionEnded or Reasons.PetitionNotActive);
    }

    [Fact]
    public void Settle_AtTheVeryEnd_IsOverAndATickBeforeItIsNot()
    {
        var (pending, active) = (Petitions.In(PetitionState.Pending), Petitions.In(PetitionState.Active));

        Assert.Same(pending, PetitionRule.Settle(pending, pending.PendingEndTime.AddTicks(-1)));
        Assert.Equal(PetitionState.Lapsed, PetitionRule.Settle(pending, pending.PendingEndTime).State);
        Assert.Same(active, PetitionRule.Settle(active, active.EndTime!.Value.AddTicks(-1)));
        Assert.Equal(PetitionState.Expired, PetitionRule.Settle(active, active.EndTime.Value).State);
    }

    [Fact]
    public void Approve_LevelAfterLevel_IsActiveFromTheLastOneOn()
    {
        var once = PetitionRule.Approve(Petitions.Pending(), Petitions.Mia, Petitions.Pending().Digest, "fine", Petitions.Set, Groups.Now);
        Assert.Equal((PetitionState.Pending, 0), (once.State, once.Approvals.Single().Level));

        var twice = PetitionRule.Approve(once, Petitions.Leo, once.Digest, string.Empty, Petitions.Set, Soon);

        Assert.Equal((PetitionState.Active, Soon, Soon + Petitions.HalfAnHour), (twice.State, twice.ActiveTime, twice.EndTime));
    }

    [Fact]
    public void Approve_ByTheRequester_OwnPetitionThoughSheIsInTheGroup() =>
        Refused(ErrorKind.PermissionDenied, Reasons.OwnPetition, () => Approve(Petitions.Pending(), Petitions.Ops));

    [Fact]
    public void Approve_ByAWorkloadForgedIntoTheGroup_CallerClass()
    {
        var set = Groups.Set([.. Petitions.Set.After(string.Empty).Select(group => group.Name == "managers" ? group with { Members = [Groups.Worker("w")] } : group)]);

        Refused(ErrorKind.PermissionDenied, Reasons.CallerClass, () => PetitionRule.Approve(
            Petitions.Pending(), Groups.Worker("w"), Petitions.Pending().Digest, string.Empty, set, Soon));
    }

    [Fact]
    public void Approve_OfTheNextLevelBeforeItIsOpen_NotAnApprover() =>
        Refused(ErrorKind.PermissionDenied, Reasons.NotAnApprover, () => Approve(Petitions.Pending(), Petitions.Leo));

    [Fact]
    public void Approve_BothLevelsByOnePerson_AlreadyApproved() =>
        Refused(ErrorKind.FailedPrecondition, Reasons.AlreadyApproved, () => Approve(Petitions.Pending(Petitions.Max), Petitions.Max));

    [Fact]
    public void Approve_AnotherDigest_DigestMismatch()
    {
        var thrown = Refused(ErrorKind.InvalidArgument, Reasons.DigestMismatch, () => PetitionRule.Approve(
            Petitions.Pending(), Petitions.Mia, new byte[32], string.Empty, Petitions.Set, Soon));

        Assert.Equal("digest", thrown.Field);
    }

    [Fact]
    public void Approve_OfAPetitionWhoseBodyIsAnother_DoesNotCountWithIt()
    {
        var other = PetitionRecords.Fix(Petitions.Pending(), [.. Enumerable.Repeat((byte)1, 16)]);

        // Approvals of the first body, with the second one: as after a record that somebody could write.
        Assert.Equal(0, LevelRule.Open(other with { Approvals = Petitions.Pending(Petitions.Mia, Petitions.Leo).Approvals }, Petitions.Set.Policy));
    }

    [Fact]
    public void Approve_TheFirstApproverHasLeftSince_ItsLevelIsOpenAgain()
    {
        var without = Petitions.With(["max"], ["leo"]);
        var petition = Petitions.Pending(Petitions.Mia);

        Refused(ErrorKind.PermissionDenied, Reasons.NotAnApprover, () => PetitionRule.Approve(petition, Petitions.Leo, petition.Digest, string.Empty, without, Soon));
        var again = PetitionRule.Approve(petition, Petitions.Max, petition.Digest, string.Empty, without, Soon);
        Assert.Equal(PetitionState.Pending, again.State);
        Assert.Equal(PetitionState.Active, PetitionRule.Approve(again, Petitions.Leo, petition.Digest, string.Empty, without, Soon).State);
    }

    [Fact]
    public void Approve_ApproverGroupMadeAgainUnderItsName_ApprovesNothing()
    {
        var set = Groups.Set([.. Petitions.Set.After(string.Empty).Select(group => group.Name == "managers" ? group with { Uid = "uid-another" } : group)]);

        Refused(ErrorKind.PermissionDenied, Reasons.NotAnApprover, () => PetitionRule.Approve(
            Petitions.Pending(), Petitions.Mia, Petitions.Pending().Digest, string.Empty, set, Soon));
    }

    [Fact]
    public void Approve_PolicyTightenedOrGroupGoneSince_ElevationPolicyChanged()
    {
        var shorter = Petitions.Workers with { Elevation = Petitions.Policy with { MaximumDuration = TimeSpan.FromMinutes(5) } };
        var more = Petitions.Workers with { Elevation = Petitions.Policy with { Levels = [Petitions.Managers, Petitions.Legal with { Approvals = 2 }] } };
        var none = Petitions.Workers with { Elevation = null };
        var another = Petitions.Workers with { Uid = "uid-another" };
        foreach (var workers in new[] { shorter, more, none, another })
        {
            Refused(ErrorKind.FailedPrecondition, Reasons.ElevationPolicyChanged, () => PetitionRule.Approve(
                Petitions.Pending(), Petitions.Mia, Petitions.Pending().Digest, string.Empty, Petitions.With(["mia"], ["leo"], workers), Soon));
        }
    }

    [Fact]
    public void Deny_ByTheRequesterOrByNoApprover_Refused()
    {
        Refused(ErrorKind.PermissionDenied, Reasons.OwnPetition, () => PetitionRule.Deny(Petitions.Pending(), Petitions.Ops, "no", Petitions.Set.Policy, Soon));
        Refused(ErrorKind.PermissionDenied, Reasons.NotAnApprover, () => PetitionRule.Deny(Petitions.Pending(), Petitions.Ada, "no", Petitions.Set.Policy, Soon));
    }

    [Fact]
    public void Cancel_BySomebodyElse_Refused() =>
        Refused(ErrorKind.PermissionDenied, Reasons.NotTheRequester, () => PetitionRule.Cancel(Petitions.Pending(), Petitions.Mia, Soon));

    [Theory]
    [InlineData("mia", true)]
    [InlineData("leo", true)]
    [InlineData("ada", true)]
    [InlineData("ops", true)]
    [InlineData("aud", false)]
    [InlineData("eve", false)]
    public void Revoke_ByWhom_ApproversAdministratorsAndTheRequester(string name, bool may)
    {
        var thrown = Record.Exception(() => PetitionRule.Revoke(Petitions.In(PetitionState.Active), Groups.Human(name), "enough", Petitions.Set.Policy, Soon));

        Assert.Equal(may, thrown is null);
    }

    [Fact]
    public void FixKey_AnotherPersonOrAnotherKey_Refused()
    {
        var active = Petitions.In(PetitionState.Active);
        Refused(ErrorKind.PermissionDenied, Reasons.NotTheRequester, () => PetitionRule.FixKey(active, Petitions.Mia, new byte[] { 1 }, Soon));

        var once = PetitionRule.FixKey(active, Petitions.Ops, new byte[] { 1 }, Soon);

        Assert.Same(once, PetitionRule.FixKey(once, Petitions.Ops, new byte[] { 1 }, Soon));
        Refused(ErrorKind.FailedPrecondition, Reasons.OtherKey, () => PetitionRule.FixKey(once, Petitions.Ops, new byte[] { 2 }, Soon));
    }

    [Fact]
    public void Spend_UpToTheMaximumAndNoFurther_CountsNothingWhereItRefuses()
    {
        var two = PetitionRule.Spend(Petitions.In(PetitionState.Active), 2, Soon);
        Assert.Equal(2, two.Operations);

        Refused(ErrorKind.ResourceExhausted, Reasons.OperationsSpent, () => PetitionRule.Spend(two, 2, Soon));
        Assert.Equal(3, PetitionRule.Spend(two, 1, Soon).Operations);
        Refused(ErrorKind.PermissionDenied, Reasons.ElevationOver, () => PetitionRule.Spend(two, 1, Groups.Now + Petitions.HalfAnHour));
        Refused(ErrorKind.PermissionDenied, Reasons.ElevationOver, () => PetitionRule.Spend(Petitions.In(PetitionState.Pending), 1, Soon));
    }

    [Theory]
    [InlineData("ops", true)]
    [InlineData("mia", true)]
    [InlineData("leo", true)]
    [InlineData("ada", true)]
    [InlineData("aud", true)]
    [InlineData("eve", false)]
    public void MaySee_ByWhom_ThoseThatItConcerns(string name, bool may) =>
        Assert.Equal(may, PetitionRule.MaySee(Petitions.Pending(), Groups.Human(name), Petitions.Set.Policy));

    private static Petition Do(string command, Petition petition, DateTimeOffset now) => command switch
    {
        "approve" => PetitionRule.Approve(petition, Petitions.Leo, petition.Digest, string.Empty, Petitions.Set, now),
        "deny" => PetitionRule.Deny(petition, Petitions.Leo, "no", Petitions.Set.Policy, now),
        "cancel" => PetitionRule.Cancel(petition, Petitions.Ops, now),
        "revoke" => PetitionRule.Revoke(petition, Petitions.Leo, "enough", Petitions.Set.Policy, now),
        _ => PetitionRule.FixKey(petition, Petitions.Ops, new byte[] { 1 }, now),
    };

    private static Petition Approve(Petition petition, SpiffeId by) => PetitionRule.Approve(petition, by, petition.Digest, string.Empty, Petitions.Set, Soon);

    private static DkmException Refused(ErrorKind kind, string reason, Func<object> act)
    {
        var thrown = Assert.Throws<DkmException>(act);
        Assert.Equal((kind, reason), (thrown.Kind, thrown.Reason));
        return thrown;
    }
}
