namespace Dkm.Access.Approvals;

using System;
using System.Linq;
using Dkm.Access.Groups;
using Dkm.Access.Records;
using Dkm.Access.V1;
using Dkm.Core;

/// <summary>A page of the petitions that somebody may read. Pure.</summary>
internal static class PetitionPage
{
    // Half of a message: a page is cut before it fills one.
    private const int MaximumBytes = 2 * 1024 * 1024;

    public static ListResponse Make(ListRequest request, SpiffeId caller, AccessState state, DateTimeOffset now)
    {
        var size = GroupMessages.PageSize(request.PageSize);
        var answer = new ListResponse();
        var bytes = 0;
        foreach (var stored in state.Petitions.Before(GroupMessages.ReadPageToken(request.PageToken)))
        {
            var petition = PetitionRule.Settle(stored, now);
            if (!PetitionRule.MaySee(petition, caller, state.Policy) || !IsWanted(request, petition, caller, state))
            {
                continue;
            }

            if (answer.Petitions.Count == size || bytes > MaximumBytes)
            {
                answer.NextPageToken = GroupMessages.ToPageToken(answer.Petitions[^1].Id);
                break;
            }

            var message = petition.ToMessage(state.Policy);
            bytes += message.CalculateSize();
            answer.Petitions.Add(message);
        }

        return answer;
    }

    private static bool IsWanted(ListRequest request, Petition petition, SpiffeId caller, AccessState state) =>
        request.Kind switch
        {
            ListRequest.Types.Kind.Unspecified => true,
            ListRequest.Types.Kind.Elevation => petition.Elevation is not null,
            ListRequest.Types.Kind.Proposal => petition.Proposal is not null,
            _ => throw DkmException.Invalid("kind", Reasons.InvalidField, "the kind is ELEVATION or PROPOSAL, or not given"),
        }
        && (request.States.Count == 0 || request.States.Contains((V1.Petition.Types.State)petition.State))
        && (!request.AwaitingCaller || AwaitsApprovalOf(petition, caller, state));

    private static bool AwaitsApprovalOf(Petition petition, SpiffeId caller, AccessState state) =>
        petition.State == PetitionState.Pending
        && !PetitionRule.IsRequester(petition, caller)
        && petition.Approvals.All(approval => approval.By.Person != caller.Person)
        && LevelRule.MayApprove(petition.Levels[LevelRule.Open(petition, state.Policy) ?? petition.Levels.Count - 1], caller, state.Policy);
}
