namespace Dkm.Access.Approvals;

using System;
using System.Linq;
using System.Security.Cryptography;
using Dkm.Access.Records;
using Dkm.Core;
using Dkm.Records.V1;
using Dkm.Storage;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Wire = Dkm.Access.V1;

/// <summary>The record of a petition, both ways.</summary>
internal static class PetitionRecords
{
    /// <summary>Access's own number for what such a body is.</summary>
    public const int Type = 2;

    private const string Elevations = "elevations/";
    private const string Proposals = "proposals/";

    public static string PathOf(string id, bool isElevation) => (isElevation ? Elevations : Proposals) + id;

    /// <summary>The id in the path of a petition; null if it is none.</summary>
    public static string? IdOf(string path) =>
        path.StartsWith(Elevations, StringComparison.Ordinal) ? path[Elevations.Length..]
        : path.StartsWith(Proposals, StringComparison.Ordinal) ? path[Proposals.Length..]
        : null;

    /// <summary>Fixes what was asked for: nothing of it changes from here on.</summary>
    public static Petition Fix(Petition draft, ReadOnlySpan<byte> nonce)
    {
        var body = new PetitionBody
        {
            Id = draft.Id,
            Requester = draft.Requester.ToString(),
            Reason = draft.Reason,
            Ticket = draft.Ticket,
            Nonce = ByteString.CopyFrom(nonce),
            CreateTime = Timestamp.FromDateTimeOffset(draft.CreateTime),
            PendingEndTime = Timestamp.FromDateTimeOffset(draft.PendingEndTime),
            Levels = { draft.Levels.Select(GroupRecords.Write) },
            RequestId = draft.RequestId,
            RequestDigest = ByteString.CopyFrom(draft.RequestDigest.Span),
            Elevation = draft.Elevation is { } terms
                ? new ElevationTermsRecord
                {
                    Group = terms.Group,
                    GroupUid = terms.GroupUid,
                    DurationMs = (long)terms.Duration.TotalMilliseconds,
                    KeyRings = { terms.KeyRings },
                    MaxOperations = terms.MaximumOperations,
                }
                : null,
            Proposal = draft.Proposal?.ToByteString() ?? ByteString.Empty,
        }.ToByteArray();
        return draft with { Body = body, Digest = DigestOf(body) };
    }

    public static byte[] Write(Petition petition, string operationId)
    {
        var record = petition.Source?.Clone() ?? new PetitionRecord();
        record.Body = ByteString.CopyFrom(petition.Body.Span);
        record.State = (int)petition.State;
        record.Approvals.Clear();
        record.Approvals.AddRange(petition.Approvals.Select(Write));
        record.EndedBy = petition.Ending?.By.ToString() ?? string.Empty;
        record.EndedReason = petition.Ending?.Reason ?? string.Empty;
        record.EndedTime = ToTimestamp(petition.Ending?.Time);
        record.ActiveTime = ToTimestamp(petition.ActiveTime);
        record.EndTime = ToTimestamp(petition.EndTime);
        record.KeyDigest = ByteString.CopyFrom(petition.KeyDigest.Span);
        record.Operations = petition.Operations;
        record.OperationId = operationId;
        return record.ToByteArray();
    }

    /// <exception cref="FormatException">It is no petition of this version.</exception>
    /// <exception cref="InvalidProtocolBufferException">It is none at all.</exception>
    public static Petition Read(Record record)
    {
        var stored = PetitionRecord.Parser.ParseFrom(record.Body.Span);
        var body = PetitionBody.Parser.ParseFrom(stored.Body);
        if (!System.Enum.IsDefined((PetitionState)stored.State) || body.Levels.Count == 0 || IdOf(record.Path) != body.Id || (body.Elevation is null) == body.Proposal.IsEmpty)
        {
            throw new FormatException("it is not what this version knows as a petition");
        }

        return new Petition
        {
            Id = body.Id,
            Requester = SpiffeId.Parse(body.Requester),
            Reason = body.Reason,
            Ticket = body.Ticket,
            CreateTime = body.CreateTime.ToDateTimeOffset(),
            PendingEndTime = body.PendingEndTime.ToDateTimeOffset(),
            Levels = [.. body.Levels.Select(GroupRecords.Read)],
            Elevation = body.Elevation is { } terms
                ? new ElevationTerms(terms.Group, terms.GroupUid, TimeSpan.FromMilliseconds(terms.DurationMs), [.. terms.KeyRings], terms.MaxOperations)
                : null,
            Proposal = body.Proposal.IsEmpty ? null : Wire.ProposedChange.Parser.ParseFrom(body.Proposal),
            RequestId = body.RequestId,
            RequestDigest = body.RequestDigest.Memory,
            Body = stored.Body.Memory,
            Digest = DigestOf(stored.Body.Span),
            State = (PetitionState)stored.State,
            Approvals = [.. stored.Approvals.Select(Read)],
            Ending = stored.EndedBy.Length == 0
                ? null
                : new PetitionEnding(SpiffeId.Parse(stored.EndedBy), stored.EndedReason, stored.EndedTime?.ToDateTimeOffset() ?? default),
            ActiveTime = stored.ActiveTime?.ToDateTimeOffset(),
            EndTime = stored.EndTime?.ToDateTimeOffset(),
            KeyDigest = stored.KeyDigest.Memory,
            Operations = stored.Operations,
            Version = record.Version,
            Source = stored,
        };
    }

    private static byte[] DigestOf(ReadOnlySpan<byte> body) => SHA256.HashData([.. "dkm/v1/petition\0"u8, .. body]);

    private static Timestamp? ToTimestamp(DateTimeOffset? time) => time is { } value ? Timestamp.FromDateTimeOffset(value) : null;

    private static ApprovalRecord Write(PetitionApproval approval) => new()
    {
        Approver = approval.By.ToString(),
        Level = approval.Level + 1,
        ApproveTime = Timestamp.FromDateTimeOffset(approval.Time),
        Reason = approval.Reason,
        Digest = ByteString.CopyFrom(approval.Digest.Span),
    };

    private static PetitionApproval Read(ApprovalRecord approval) => new(
        SpiffeId.Parse(approval.Approver), approval.Level - 1, approval.ApproveTime.ToDateTimeOffset(), approval.Reason, approval.Digest.Memory);
}
