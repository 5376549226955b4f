namespace Dkm.Access.Approvals;

using System;
using System.Globalization;
using System.Linq;
using Dkm.Access.Records;
using Dkm.Core;
using Dkm.Core.Authorization;

/// <summary>
/// The one state machine of elevations and proposals (DESIGN section 8): what becomes of a petition by each command, given the groups and the time. Pure: who loses a race decides
/// again. Every refusal leaves the petition as it was.
/// </summary>
internal static class PetitionRule
{
    /// <summary>What the time alone makes of it. <paramref name="now"/> is Access's time, which never goes back (<see cref="SeenTime"/>).</summary>
    public static Petition Settle(Petition petition, DateTimeOffset now) => petition switch
    {
        { State: PetitionState.Pending } when now >= petition.PendingEndTime => petition with { State = PetitionState.Lapsed },
        { State: PetitionState.Active } when now >= petition.EndTime => petition with { State = PetitionState.Expired },
        _ => petition,
    };

    /// <summary>One more approval, and what comes of it: with the last one that was missing the elevation is ACTIVE or the proposal APPLIED.</summary>
    /// <param name="stored">As it is.</param>
    /// <param name="by">Who approves.</param>
    /// <param name="digest">Of what she has read.</param>
    /// <param name="reason">Her words.</param>
    /// <param name="groups">The groups of this moment.</param>
    /// <param name="now">Access's time.</param>
    /// <exception cref="DkmException">INVALID_ARGUMENT, PERMISSION_DENIED, FAILED_PRECONDITION.</exception>
    public static Petition Approve(Petition stored, SpiffeId by, ReadOnlyMemory<byte> digest, string reason, GroupSet groups, DateTimeOffset now)
    {
        var petition = DemandPending(Settle(stored, now));
        DemandOther(petition, by);
        if (!digest.Span.SequenceEqual(petition.Digest.Span))
        {
            throw DkmException.Invalid("digest", Reasons.DigestMismatch, $"this is not the digest of petition {petition.Id}: read it again, and approve what you have read");
        }

        DemandSamePolicy(petition, groups);

        if (petition.Approvals.Any(approval => approval.By.Person == by.Person))
        {
            throw Refused(Reasons.AlreadyApproved, $"{by} has approved petition {petition.Id} already, and a person counts once over all levels");
        }

        // A level can be full without anybody having approved last: somebody was put into a group again. Then whoever may fill the last level says the last word.
        var level = LevelRule.Open(petition, groups.Policy) ?? petition.Levels.Count - 1;
        if (!LevelRule.MayApprove(petition.Levels[level], by, groups.Policy))
        {
            throw NotAnApprover(petition, by, level);
        }

        var approved = petition with { Approvals = [.. petition.Approvals, new PetitionApproval(by, level, now, reason, digest)] };
        return LevelRule.Open(approved, groups.Policy) is null ? Fulfilled(approved, now) : approved;
    }

    /// <summary>An approver of any level ends it.</summary>
    /// <exception cref="DkmException">PERMISSION_DENIED, FAILED_PRECONDITION.</exception>
    public static Petition Deny(Petition stored, SpiffeId by, string reason, PolicySnapshot policy, DateTimeOffset now)
    {
        var petition = DemandPending(Settle(stored, now));
        DemandOther(petition, by);
        return IsApprover(petition, by, policy)
            ? petition with { State = PetitionState.Denied, Ending = new PetitionEnding(by, reason, now) }
            : throw NotAnApprover(petition, by, null);
    }

    /// <summary>The requester takes it back.</summary>
    /// <exception cref="DkmException">PERMISSION_DENIED, FAILED_PRECONDITION.</exception>
    public static Petition Cancel(Petition stored, SpiffeId by, DateTimeOffset now)
    {
        var petition = DemandPending(Settle(stored, now));
        DemandRequester(petition, by, "cancel it");
        return petition with { State = PetitionState.Cancelled, Ending = new PetitionEnding(by, string.Empty, now) };
    }

    /// <summary>An approver of any level, an administrator or the requester ends an elevation that is in force.</summary>
    /// <exception cref="DkmException">PERMISSION_DENIED, FAILED_PRECONDITION.</exception>
    public static Petition Revoke(Petition stored, SpiffeId by, string reason, PolicySnapshot policy, DateTimeOffset now)
    {
        var petition = DemandActive(Settle(stored, now));
        return IsRequester(petition, by) || IsApprover(petition, by, policy) || policy.IsAdministrator(by)
            ? petition with { State = PetitionState.Revoked, Ending = new PetitionEnding(by, reason, now) }
            : throw NotAnApprover(petition, by, null);
    }

    /// <summary>The key of the first certification request is the only one for ever.</summary>
    /// <exception cref="DkmException">PERMISSION_DENIED, FAILED_PRECONDITION.</exception>
    public static Petition FixKey(Petition stored, SpiffeId by, ReadOnlyMemory<byte> keyDigest, DateTimeOffset now)
    {
        var petition = DemandActive(Settle(stored, now));
        DemandRequester(petition, by, "get its credential");
        if (petition.KeyDigest.IsEmpty)
        {
            return petition with { KeyDigest = keyDigest };
        }

        return petition.KeyDigest.Span.SequenceEqual(keyDigest.Span)
            ? petition
            : throw Refused(Reasons.OtherKey, $"the first certificate of elevation {petition.Id} was issued for another key, and there is none for a second one; request another elevation");
    }

    /// <summary>Counts before anything is done: what then fails was spent all the same.</summary>
    /// <exception cref="DkmException">PERMISSION_DENIED, RESOURCE_EXHAUSTED.</exception>
    public static Petition Spend(Petition stored, long operations, DateTimeOffset now)
    {
        var petition = Settle(stored, now);
        if (petition is not { State: PetitionState.Active, Elevation: { } terms })
        {
            throw new DkmException(ErrorKind.PermissionDenied, Reasons.ElevationOver, $"elevation {petition.Id} is {Word(petition.State)}");
        }

        if (terms.MaximumOperations == 0)
        {
            return petition;
        }

        return petition.Operations + operations <= terms.MaximumOperations
            ? petition with { Operations = petition.Operations + operations }
            : throw new DkmException(
                ErrorKind.ResourceExhausted,
                Reasons.OperationsSpent,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"elevation {petition.Id} was requested for {terms.MaximumOperations} operations, of which {terms.MaximumOperations - petition.Operations} are left; another can be requested"));
    }

    public static bool IsRequester(Petition petition, SpiffeId id) => id.Class == IdentityClass.Human && id.Person == petition.Requester.Person;

    /// <summary>Of any level, and not the requester.</summary>
    public static bool IsApprover(Petition petition, SpiffeId id, PolicySnapshot policy) =>
        !IsRequester(petition, id) && petition.Levels.Any(level => LevelRule.MayApprove(level, id, policy));

    public static bool MaySee(Petition petition, SpiffeId id, PolicySnapshot policy) =>
        policy.IsAdministrator(id) || policy.IsAuditor(id) || IsRequester(petition, id) || IsApprover(petition, id, policy);

    private static Petition Fulfilled(Petition petition, DateTimeOffset now) => petition.Elevation is { } terms
        ? petition with { State = PetitionState.Active, ActiveTime = now, EndTime = now + terms.Duration }
        : petition with { State = PetitionState.Applied, ActiveTime = now };

    private static Petition DemandPending(Petition petition) => petition.State == PetitionState.Pending
        ? petition
        : throw Refused(Reasons.PetitionEnded, $"petition {petition.Id} is {Word(petition.State)}, no longer pending");

    private static Petition DemandActive(Petition petition) => petition.State switch
    {
        PetitionState.Active => petition,
        PetitionState.Pending => throw Refused(Reasons.PetitionNotActive, $"petition {petition.Id} is pending still"),
        _ => throw Refused(Reasons.PetitionEnded, $"petition {petition.Id} is {Word(petition.State)}"),
    };

    private static void DemandOther(Petition petition, SpiffeId by)
    {
        if (by.Class != IdentityClass.Human)
        {
            throw new DkmException(ErrorKind.PermissionDenied, Reasons.CallerClass, $"{by} is no human, and only humans approve");
        }

        if (IsRequester(petition, by))
        {
            throw new DkmException(
                ErrorKind.PermissionDenied, Reasons.OwnPetition, $"{by} has made petition {petition.Id} herself, and nobody decides on her own; she may cancel it: dkm elevate cancel {petition.Id}");
        }
    }

    private static void DemandRequester(Petition petition, SpiffeId by, string what)
    {
        if (!IsRequester(petition, by))
        {
            throw new DkmException(ErrorKind.PermissionDenied, Reasons.NotTheRequester, $"petition {petition.Id} is {petition.Requester}'s, and nobody else may {what}; {by} may not");
        }
    }

    /// <summary>What was asked for under one policy is not approved under another one: whoever tightened it meant this request too.</summary>
    private static void DemandSamePolicy(Petition petition, GroupSet groups)
    {
        if (petition.Elevation is { } terms
            && (groups.FindByUid(terms.GroupUid)?.Elevation is not { } policy || !policy.SameLevels(petition.Levels) || terms.Duration > policy.MaximumDuration))
        {
            throw Refused(
                Reasons.ElevationPolicyChanged, $"the elevation policy of group '{terms.Group}' is no longer the one that petition {petition.Id} was made under, or the group is gone; it has to be requested again");
        }
    }

    private static DkmException NotAnApprover(Petition petition, SpiffeId by, int? level) => new(
        ErrorKind.PermissionDenied,
        Reasons.NotAnApprover,
        level is { } open
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"level {open + 1} of {petition.Levels.Count} of petition {petition.Id} is open, which takes members of '{petition.Levels[open].Group}', and {by} is not one")
            : $"{by} is in none of the groups that approve petition {petition.Id}: {string.Join(", ", petition.Levels.Select(one => $"'{one.Group}'"))}");

    private static DkmException Refused(string reason, string message) => new(ErrorKind.FailedPrecondition, reason, message);

    private static string Word(PetitionState state) => state.ToString().ToUpperInvariant();
}
