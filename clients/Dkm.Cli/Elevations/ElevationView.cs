namespace Dkm.Cli.Elevations;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Access.V1;
using Dkm.Cli.Output;
using Dkm.Cli.Parsing;

internal sealed record ElevationView
{
    public required string Id { get; init; }

    public required string State { get; init; }

    public required string Requester { get; init; }

    public required string Group { get; init; }

    public required string Reason { get; init; }

    public string? Ticket { get; init; }

    public required string Duration { get; init; }

    public List<string>? KeyRings { get; init; }

    public long? MaxOperations { get; init; }

    public long? Operations { get; init; }

    public required List<LevelView> Levels { get; init; }

    public required List<ApprovalView> Approvals { get; init; }

    public int? OpenLevel { get; init; }

    public required string Digest { get; init; }

    public string? CreateTime { get; init; }

    public string? PendingEndTime { get; init; }

    public string? ActiveTime { get; init; }

    public string? EndTime { get; init; }

    public string? EndedBy { get; init; }

    public string? EndedReason { get; init; }

    public static ElevationView Of(Petition petition) => new()
    {
        Id = petition.Id,
        State = WordOf(petition.State),
        Requester = petition.Requester,
        Group = petition.Elevation.Group,
        Reason = petition.Reason,
        Ticket = Given(petition.Ticket),
        Duration = Durations.Format(petition.Elevation.Duration.ToTimeSpan()),
        KeyRings = petition.Elevation.KeyRings.Count == 0 ? null : [.. petition.Elevation.KeyRings],
        MaxOperations = petition.Elevation.MaxOperations == 0 ? null : petition.Elevation.MaxOperations,
        Operations = petition.Elevation.MaxOperations == 0 ? null : petition.Operations,
        Levels = [.. petition.Levels.Select(level => new LevelView(level.Group, level.Approvals))],
        Approvals =
        [
            .. petition.Approvals.Select(approval => new ApprovalView(
                approval.Approver, approval.Level, Times.Of(approval.ApproveTime), Given(approval.Reason), approval.Counts)),
        ],
        OpenLevel = petition.OpenLevel == 0 ? null : petition.OpenLevel,
        Digest = Convert.ToHexStringLower(petition.Digest.Span),
        CreateTime = Times.Of(petition.CreateTime),
        PendingEndTime = petition.State == Petition.Types.State.Pending ? Times.Of(petition.PendingEndTime) : null,
        ActiveTime = Times.Of(petition.ActiveTime),
        EndTime = Times.Of(petition.EndTime),
        EndedBy = petition.Ending?.Identity,
        EndedReason = petition.Ending is { Reason.Length: > 0 } ending ? ending.Reason : null,
    };

    public static string WordOf(Petition.Types.State state) => state.ToString().ToUpperInvariant();

    /// <summary>For a column: what it waits for, or until when.</summary>
    public string Standing() => OpenLevel is { } open ? $"level {open} of {Levels.Count}: {Levels[open - 1].Group}" : State == "ACTIVE" ? $"until {EndTime}" : string.Empty;

    public string ToText() => Columns.Facts(
        ("elevation", Id),
        ("state", State + (Standing() is { Length: > 0 } standing ? $", {standing}" : string.Empty)),
        ("requester", Requester),
        ("as a member of", Group),
        ("for", Duration),
        ("rings", KeyRings is null ? "all that the group is bound to" : string.Join('\n', KeyRings)),
        ("operations", MaxOperations is { } maximum ? $"{Operations} of {maximum} done" : null),
        ("reason", Plain.Line(Reason)),
        ("ticket", Ticket is null ? null : Plain.Line(Ticket)),
        ("levels", string.Join('\n', Levels.Select((level, i) => $"{i + 1}: {level.Approvals} of {level.Group}"))),
        ("approved by", Approvals.Count == 0 ? "nobody yet" : string.Join('\n', Approvals.Select(Explained))),
        ("requested", CreateTime),
        ("lapses", PendingEndTime),
        ("in force since", ActiveTime),
        ("ends", State == "ACTIVE" ? EndTime : null),
        ("ended by", EndedBy is null ? null : EndedBy + (EndedReason is null ? string.Empty : $": {Plain.Line(EndedReason)}")),
        ("digest", Digest));

    private static string Explained(ApprovalView approval) =>
        $"{approval.Approver}, level {approval.Level}, {approval.ApproveTime}"
        + (approval.Reason is null ? string.Empty : $": {Plain.Line(approval.Reason)}")
        + (approval.Counts ? string.Empty : " (does not count: no longer in the level's group)");

    private static string? Given(string text) => text.Length == 0 ? null : text;
}
