namespace Dkm.Access.Approvals;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Dkm.Access.Groups;
using Dkm.Core.Authorization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wire = Dkm.Access.V1;

/// <summary>Petitions as messages.</summary>
internal static class PetitionMessages
{
    public static Wire.Petition ToMessage(this Petition petition, PolicySnapshot policy)
    {
        var counting = LevelRule.Counting(petition, policy).ToHashSet(ReferenceEqualityComparer.Instance);
        var message = new Wire.Petition
        {
            Id = petition.Id,
            State = (Wire.Petition.Types.State)petition.State,
            Requester = petition.Requester.ToString(),
            Reason = petition.Reason,
            Ticket = petition.Ticket,
            CreateTime = Timestamp.FromDateTimeOffset(petition.CreateTime),
            PendingEndTime = Timestamp.FromDateTimeOffset(petition.PendingEndTime),
            Digest = ByteString.CopyFrom(petition.Digest.Span),
            Levels = { petition.Levels.Select(GroupMessages.ToMessage) },
            Approvals = { petition.Approvals.Select(approval => ToMessage(approval, petition.State != PetitionState.Pending || counting.Contains(approval))) },
            OpenLevel = petition.State == PetitionState.Pending ? (LevelRule.Open(petition, policy) ?? petition.Levels.Count - 1) + 1 : 0,
            ActiveTime = ToTimestamp(petition.ActiveTime),
            EndTime = ToTimestamp(petition.EndTime),
            Ending = petition.Ending is { } ending
                ? new Wire.Ending { Identity = ending.By.ToString(), Reason = ending.Reason, EndTime = Timestamp.FromDateTimeOffset(ending.Time) }
                : null,
            KeyDigest = ByteString.CopyFrom(petition.KeyDigest.Span),
            Summary = Summary(petition),
            Operations = petition.Operations,
        };

        // One of the two: to set the other to nothing would clear it.
        if (petition.Elevation is { } terms)
        {
            message.Elevation = ToMessage(terms);
        }
        else
        {
            message.Proposal = petition.Proposal!.Clone();
        }

        return message;
    }

    private static string Summary(Petition petition)
    {
        if (petition.Elevation is not { } terms)
        {
            return ProposalRule.Summary(petition.Proposal!);
        }

        List<string> words = [$"act as a member of '{terms.Group}' for {PetitionFields.Words(terms.Duration)}"];
        if (terms.KeyRings.Count > 0)
        {
            words.Add($"on {string.Join(", ", terms.KeyRings)}");
        }

        if (terms.MaximumOperations > 0)
        {
            words.Add(string.Create(CultureInfo.InvariantCulture, $"with at most {terms.MaximumOperations} operations"));
        }

        return string.Join(' ', words);
    }

    private static Wire.ElevationTerms ToMessage(ElevationTerms terms) => new()
    {
        Group = terms.Group,
        GroupUid = terms.GroupUid,
        Duration = Duration.FromTimeSpan(terms.Duration),
        KeyRings = { terms.KeyRings },
        MaxOperations = terms.MaximumOperations,
    };

    private static Wire.Approval ToMessage(PetitionApproval approval, bool counts) => new()
    {
        Approver = approval.By.ToString(),
        Level = approval.Level + 1,
        ApproveTime = Timestamp.FromDateTimeOffset(approval.Time),
        Reason = approval.Reason,
        Counts = counts,
    };

    private static Timestamp? ToTimestamp(DateTimeOffset? time) => time is { } value ? Timestamp.FromDateTimeOffset(value) : null;
}
