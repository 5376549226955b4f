namespace Dkm.Access.Approvals;

using System;
using System.Collections.Generic;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Records.V1;

/// <summary>An elevation or a proposal as Access keeps it. Immutable; what is approved is <see cref="Body"/>, byte for byte.</summary>
internal sealed record Petition
{
    public required string Id { get; init; }

    public required SpiffeId Requester { get; init; }

    public string Reason { get; init; } = string.Empty;

    public string Ticket { get; init; } = string.Empty;

    public DateTimeOffset CreateTime { get; init; }

    public required DateTimeOffset PendingEndTime { get; init; }

    /// <summary>In order; never empty.</summary>
    public required IReadOnlyList<ApproverLevel> Levels { get; init; }

    /// <summary>For an elevation; else <see cref="Proposal"/> is there.</summary>
    public ElevationTerms? Elevation { get; init; }

    public ProposedChange? Proposal { get; init; }

    public string RequestId { get; init; } = string.Empty;

    public ReadOnlyMemory<byte> RequestDigest { get; init; }

    /// <summary>All of the above and a nonce, as it was first written.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Of <see cref="Body"/>. Reckoned when the record is read, never stored.</summary>
    public required ReadOnlyMemory<byte> Digest { get; init; }

    public PetitionState State { get; init; } = PetitionState.Pending;

    public IReadOnlyList<PetitionApproval> Approvals { get; init; } = [];

    public PetitionEnding? Ending { get; init; }

    /// <summary>Since when it is in force, or when it was applied.</summary>
    public DateTimeOffset? ActiveTime { get; init; }

    /// <summary>When the elevation ends by itself: absolute, and never moved.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>SHA-256 of the key that certificates are issued for; empty before the first.</summary>
    public ReadOnlyMemory<byte> KeyDigest { get; init; }

    /// <summary>Spent of the maximum; counted only where there is one.</summary>
    public long Operations { get; init; }

    /// <summary>The version of its record; 0 before it is written.</summary>
    public long Version { get; init; }

    /// <summary>As it was read, so that what a newer writer added survives our rewrite.</summary>
    public PetitionRecord? Source { get; init; }

    public bool IsOpen => State is PetitionState.Pending or PetitionState.Active;

    public string Path => PetitionRecords.PathOf(Id, Elevation is not null);

    /// <summary>As a decision sees it; null unless it is an elevation in force.</summary>
    public ElevationEntry? ToEntry() => State == PetitionState.Active && Elevation is { } terms
        ? new ElevationEntry(Id, Requester, terms.Group, terms.GroupUid, terms.KeyRings, terms.MaximumOperations, EndTime ?? default, Ticket)
        : null;

    /// <summary>When it ended, as far as is stored.</summary>
    public DateTimeOffset? OverSince => State switch
    {
        PetitionState.Pending or PetitionState.Active => null,
        PetitionState.Expired => EndTime,
        PetitionState.Applied => ActiveTime,
        PetitionState.Lapsed => PendingEndTime,
        _ => Ending?.Time ?? PendingEndTime,
    };
}
