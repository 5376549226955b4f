namespace Dkm.Access.Approvals;

using System;
using System.Linq;
using System.Security.Cryptography;
using Dkm.Access.Groups;
using Dkm.Access.Records;
using Dkm.Access.V1;
using Dkm.Core;
using Google.Protobuf;

/// <summary>What becomes of a request for a new petition. Pure but for id and nonce, which are handed in.</summary>
internal static class PetitionDrafts
{
    /// <summary>More at once is a flood, for whoever has to read them.</summary>
    public const int MaximumOpen = 20;

    /// <returns>The petition to write, or the one that the same request made before (its <see cref="Petition.Version"/> is not 0).</returns>
    /// <exception cref="DkmException">INVALID_ARGUMENT, FAILED_PRECONDITION, ALREADY_EXISTS, RESOURCE_EXHAUSTED.</exception>
    public static Petition Elevation(RequestElevationRequest request, SpiffeId requester, AccessState state, string id, ReadOnlySpan<byte> nonce, DateTimeOffset now)
    {
        var wanted = request.Elevation ?? throw DkmException.Invalid("elevation", Reasons.Required, "the elevation is required");
        var name = GroupFields.Name(wanted.Group, "elevation.group");
        var reason = PetitionFields.Reason(request.Reason, "reason");
        var ticket = PetitionFields.Ticket(request.Ticket, "ticket");
        var requestId = GroupFields.RequestId(request.RequestId, "request_id");
        var keyRings = PetitionFields.KeyRings(wanted.KeyRings, "elevation.key_rings");
        var operations = PetitionFields.MaximumOperations(wanted.MaxOperations, "elevation.max_operations");
        var digest = DigestOf(request.Clone(), copy => copy.RequestId = string.Empty);
        if (FindMade(state, requester, requestId, digest) is { } made)
        {
            return made;
        }

        // Whether there is such a group is not hers to know.
        if (state.Groups.Find(name) is not { Elevation: { } policy } group)
        {
            throw new DkmException(
                ErrorKind.FailedPrecondition,
                Reasons.NoElevationPolicy,
                $"there is no group '{name}' with an elevation policy; an administrator can set one: dkm group elevation {name} --level APPROVERS=1",
                "elevation.group");
        }

        var duration = PetitionFields.Duration(wanted.Duration, ElevationPolicy.Shortest, policy.MaximumDuration, "elevation.duration")
            ?? throw DkmException.Invalid("elevation.duration", Reasons.Required, $"a duration is required, at most {PetitionFields.Words(policy.MaximumDuration)}");
        return Fix(
            new Petition
            {
                Id = id,
                Requester = requester,
                Reason = reason,
                Ticket = ticket,
                CreateTime = now,
                PendingEndTime = now + policy.PendingTtl,
                Levels = policy.Levels,
                Elevation = new ElevationTerms(group.Name, group.Uid, duration, keyRings, operations),
                RequestId = requestId,
                RequestDigest = digest,
                Digest = default,
            },
            state,
            nonce);
    }

    /// <returns>As <see cref="Elevation"/>.</returns>
    /// <exception cref="DkmException">As those of the change; FAILED_PRECONDITION, ALREADY_EXISTS, RESOURCE_EXHAUSTED.</exception>
    public static Petition Proposal(
        ProposeRequest request, SpiffeId requester, AccessState state, GroupFields fields, int approvals, string id, ReadOnlySpan<byte> nonce, DateTimeOffset now)
    {
        var proposal = request.Proposal ?? throw DkmException.Invalid("proposal", Reasons.Required, "the proposal is required");
        var reason = PetitionFields.Reason(request.Reason, "reason");
        var ticket = PetitionFields.Ticket(request.Ticket, "ticket");
        var requestId = GroupFields.RequestId(request.RequestId, "request_id");
        var digest = DigestOf(request.Clone(), copy => copy.RequestId = string.Empty);
        if (FindMade(state, requester, requestId, digest) is { } made)
        {
            return made;
        }

        _ = ProposalRule.Decide(proposal, state.Groups, fields, now);
        return Fix(
            new Petition
            {
                Id = id,
                Requester = requester,
                Reason = reason,
                Ticket = ticket,
                CreateTime = now,
                PendingEndTime = now + ProposalRule.PendingTtl,
                Levels = ProposalRule.Levels(state.Groups, approvals),
                Proposal = proposal.Clone(),
                RequestId = requestId,
                RequestDigest = digest,
                Digest = default,
            },
            state,
            nonce);
    }

    private static Petition Fix(Petition draft, AccessState state, ReadOnlySpan<byte> nonce)
    {
        if (LevelRule.CannotBeFilled(draft.Levels, state.Policy, draft.Requester) is { } level)
        {
            throw ElevationPolicyRule.CannotBeFilled(draft.Levels, level, field: null, draft.Requester);
        }

        return state.Petitions.All.Count(petition => petition.IsOpen && petition.Requester.Equals(draft.Requester)) >= MaximumOpen
            ? throw new DkmException(
                ErrorKind.ResourceExhausted, Reasons.TooMany, $"{draft.Requester} has {MaximumOpen} petitions open; cancel what is not needed: dkm elevate list, dkm elevate cancel ID")
            : PetitionRecords.Fix(draft, nonce);
    }

    private static Petition? FindMade(AccessState state, SpiffeId requester, string requestId, byte[] digest) =>
        state.Petitions.FindByRequest(requester, requestId) is not { } made ? null
        : made.RequestDigest.Span.SequenceEqual(digest) ? made
        : throw new DkmException(ErrorKind.AlreadyExists, Reasons.RequestIdReused, $"request id {requestId} has made petition {made.Id} with another body", "request_id");

    private static byte[] DigestOf<T>(T copy, Action<T> clear)
        where T : IMessage
    {
        clear(copy);
        return SHA256.HashData([.. System.Text.Encoding.UTF8.GetBytes(copy.Descriptor.FullName), 0, .. copy.ToByteArray()]);
    }
}
