namespace Dkm.UnitTests.Access;

using System;
using System.Linq;
using Dkm.Access.Approvals;
using Dkm.Access.Records;
using Dkm.Core;
using Dkm.Core.Authorization;

/// <summary>
/// Petitions for the tests of this folder: <c>ops</c> asks to act as a member of <c>workers</c> for half an hour; one of <c>managers</c> (mia, max, ops herself), then one of <c>legal</c> (leo, max) approves.
/// </summary>
internal static class Petitions
{
    public const string Id = "019ab0c1-9e3f-7c3a-8f3e-2b1d4c5e6f70";

    public static readonly TimeSpan HalfAnHour = TimeSpan.FromMinutes(30);

    public static readonly ApproverLevel Managers = new("managers", "uid-of-managers", 1);

    public static readonly ApproverLevel Legal = new("legal", "uid-of-legal", 1);

    public static readonly ElevationPolicy Policy = new([Managers, Legal], TimeSpan.FromHours(1), TimeSpan.FromHours(12));

    public static SpiffeId Ops => Groups.Human("ops");

    public static SpiffeId Mia => Groups.Human("mia");

    public static SpiffeId Max => Groups.Human("max");

    public static SpiffeId Leo => Groups.Human("leo");

    public static SpiffeId Ada => Groups.Human("ada");

    public static StoredGroup Workers { get; } = Groups.Workload("workers", 1, "a") with { Elevation = Policy };

    public static GroupSet Set { get; } = With(["mia", "max", "ops"], ["leo", "max"]);

    public static AccessState State { get; } = new(Set, PetitionSet.Empty, DateTimeOffset.MinValue, 0);

    public static GroupSet With(string[] managers, string[] legal, StoredGroup? workers = null) => Groups.Set(
        Groups.Humans("managers", 1, managers),
        Groups.Humans("legal", 1, legal),
        Groups.Humans(BuiltInGroups.Administrators, 1, "ada", "bob"),
        Groups.Humans(BuiltInGroups.Auditors, 1, "aud"),
        workers ?? Workers);

    public static Petition Pending(params SpiffeId[] approvers)
    {
        var petition = PetitionRecords.Fix(
            new Petition
            {
                Id = Id,
                Requester = Ops,
                Reason = "a mail does not open",
                Ticket = "INC-7",
                CreateTime = Groups.Now,
                PendingEndTime = Groups.Now + Policy.PendingTtl,
                Levels = Policy.Levels,
                Elevation = new ElevationTerms("workers", "uid-of-workers", HalfAnHour, ["mail/accounts"], 3),
                Digest = default,
            },
            new byte[16]);
        return petition with
        {
            Approvals = [.. approvers.Select((by, level) => new PetitionApproval(by, level, Groups.Now, string.Empty, petition.Digest))],
        };
    }

    public static Petition In(PetitionState state)
    {
        var active = Pending(Mia, Leo) with { State = state, ActiveTime = Groups.Now, EndTime = Groups.Now + HalfAnHour, Version = 5 };
        return state switch
        {
            PetitionState.Pending or PetitionState.Lapsed => Pending(Mia) with { State = state, Version = 5 },
            PetitionState.Denied or PetitionState.Cancelled => Pending(Mia) with { State = state, Version = 5, Ending = new PetitionEnding(Leo, "no", Groups.Now) },
            PetitionState.Revoked => active with { Ending = new PetitionEnding(Leo, "enough", Groups.Now) },
            _ => active,
        };
    }
}
