namespace Dkm.Access.Approvals;

using System;
using System.Collections.Generic;
using Dkm.Access.Groups;
using Dkm.Access.Records;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Core.Authorization;

/// <summary>What a proposed change comes to now: asked when it is proposed, and again at every approval. Pure but for the uid that a new group gets.</summary>
internal static class ProposalRule
{
    /// <summary>A change waits as long as an elevation does.</summary>
    public static readonly TimeSpan PendingTtl = ElevationPolicy.UsualPendingTtl;

    /// <param name="proposal">The change.</param>
    /// <param name="groups">The groups of this moment.</param>
    /// <param name="fields">The rules of a group's fields.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="DkmException">As the method that is proposed.</exception>
    public static GroupChange Decide(ProposedChange proposal, GroupSet groups, GroupFields fields, DateTimeOffset now)
    {
        var change = proposal.ChangeCase switch
        {
            ProposedChange.ChangeOneofCase.CreateGroup => GroupRequests.Create(GroupMessages.Read(proposal.CreateGroup, fields), groups, now),
            ProposedChange.ChangeOneofCase.UpdateGroup => GroupRequests.Update(proposal.UpdateGroup, groups, fields, now),
            ProposedChange.ChangeOneofCase.DeleteGroup => GroupRequests.Delete(WithEtag(proposal.DeleteGroup), groups),
            _ => throw DkmException.Invalid("proposal", Reasons.Required, "a change is required"),
        };
        return change.IsNothing ? throw DkmException.Invalid("proposal", Reasons.InvalidField, "it is so already: there is nothing to approve") : change;
    }

    /// <summary>As <see cref="Decide"/>, for one that was proposed before: whatever it says now is a change of what people have read.</summary>
    /// <exception cref="DkmException">FAILED_PRECONDITION OBJECT_CHANGED.</exception>
    public static GroupChange DecideAgain(Petition petition, GroupSet groups, GroupFields fields, DateTimeOffset now)
    {
        try
        {
            return Decide(petition.Proposal!, groups, fields, now);
        }
        catch (DkmException changed) when (changed.Kind != ErrorKind.Internal)
        {
            throw new DkmException(
                ErrorKind.FailedPrecondition,
                Reasons.ObjectChanged,
                $"what petition {petition.Id} would change is no longer what it was when it was proposed, so it cannot be applied and has to be proposed again: {changed.Message}",
                innerException: changed);
        }
    }

    /// <summary>Other administrators.</summary>
    public static IReadOnlyList<ApproverLevel> Levels(GroupSet groups, int approvals) =>
        [new ApproverLevel(BuiltInGroups.Administrators, groups.Find(BuiltInGroups.Administrators)?.Uid ?? string.Empty, Math.Max(1, approvals))];

    /// <summary>For people.</summary>
    public static string Summary(ProposedChange proposal) => proposal.ChangeCase switch
    {
        ProposedChange.ChangeOneofCase.CreateGroup => $"create group '{proposal.CreateGroup.Group?.Name}'",
        ProposedChange.ChangeOneofCase.UpdateGroup => $"update group '{proposal.UpdateGroup.Group?.Name}'",
        ProposedChange.ChangeOneofCase.DeleteGroup => $"delete group '{proposal.DeleteGroup.Name}'",
        _ => "nothing",
    };

    private static DeleteGroupRequest WithEtag(DeleteGroupRequest request) => request.Etag.Length > 0
        ? request
        : throw DkmException.Invalid("proposal.delete_group.etag", Reasons.Required, "the etag that the group was read with is required: it is what is approved");
}
