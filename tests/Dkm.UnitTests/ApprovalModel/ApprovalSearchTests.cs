namespace Dkm.UnitTests.ApprovalModel;

using System;
using Xunit;

/// <summary>
/// Three people, two replicas of Access, a Crypto: races, pauses, lost writes, groups that change between approval and use, clocks that are set back, with a restart too. Never ACTIVE or APPLIED with
/// too few distinct approvers, never used after its end, never by another than the requester, never applied to something else than what was approved: in every order of all that. The decisions are the
/// shipped ones (<see cref="Dkm.Access.Approvals.PetitionRule"/>, <see cref="Dkm.Access.Approvals.LevelRule"/>, <see cref="Dkm.Access.Approvals.ProposalRule"/>); store and clocks are modelled. The number of states
/// is part of the test, so that a model which became smaller by mistake does not pass.
/// </summary>
public sealed class ApprovalSearchTests
{
    [Fact]
    public void Search_WithAllGuards_FindsNoHistoryThatBreaksAPromise()
    {
        Assert.Equal((null, 282_396), Run(ApprovalGuard.All, ApprovalScope.Elevation));
        Assert.Equal((null, 6_279), Run(ApprovalGuard.All, ApprovalScope.Change));
    }

    [Theory]
    [InlineData(ApprovalGuard.RequesterNeverApproves, "too few distinct approvers")]
    [InlineData(ApprovalGuard.PersonCountsOnce, "too few distinct approvers")]
    [InlineData(ApprovalGuard.MemberAtApproval, "too few distinct approvers")]
    [InlineData(ApprovalGuard.StillMember, "too few distinct approvers")]
    [InlineData(ApprovalGuard.Digest, "too few distinct approvers")]
    [InlineData(ApprovalGuard.PendingEnd, "after the petition's time")]
    [InlineData(ApprovalGuard.EndedStays, "what was")]
    [InlineData(ApprovalGuard.RecordCompare, "what was")]
    [InlineData(ApprovalGuard.ManifestCompare, "too few distinct approvers")]
    [InlineData(ApprovalGuard.SeenTime, "after the petition's time")]
    [InlineData(ApprovalGuard.StoredTime, "after the petition's time")]
    [InlineData(ApprovalGuard.RequesterOnly, "another than the requester")]
    [InlineData(ApprovalGuard.FirstKeyFixed, "two keys")]
    [InlineData(ApprovalGuard.EndJudged, "after its end")]
    [InlineData(ApprovalGuard.HeardTime, "after its end")]
    [InlineData(ApprovalGuard.ObjectEtag, "not the one that was approved")]
    public void Search_WithoutAGuard_FindsACounterexample(ApprovalGuard missing, string promise)
    {
        var (history, _) = Run(ApprovalGuard.All & ~missing, missing == ApprovalGuard.ObjectEtag ? ApprovalScope.Change : ApprovalScope.Elevation);

        Assert.Contains(promise, history, StringComparison.Ordinal);
    }

    private static (string? History, int States) Run(ApprovalGuard guards, ApprovalScope scope)
    {
        var search = new ApprovalSearch(new ApprovalModel(guards, scope));
        var history = search.Run();
        TestContext.Current.TestOutputHelper!.WriteLine($"{scope}: {search.States} states{Environment.NewLine}{history}");
        return (history, search.States);
    }
}
