namespace Dkm.Access.Approvals;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Authorization;

/// <summary>Counts approvals, and says whether a level can be filled at all. Pure.</summary>
internal static class LevelRule
{
    /// <summary>
    /// The first level, from 0, that is not full; null if all are. Who approved and is no longer in the level's group does not count, so a level that was full may be open
    /// again: what matters is who stands behind it now.
    /// </summary>
    public static int? Open(Petition petition, PolicySnapshot policy)
    {
        var counted = new int[petition.Levels.Count];
        foreach (var approval in Counting(petition, policy))
        {
            counted[approval.Level]++;
        }

        for (var level = 0; level < counted.Length; level++)
        {
            if (counted[level] < petition.Levels[level].Approvals)
            {
                return level;
            }
        }

        return null;
    }

    /// <summary>
    /// Those that count now: of humans who are in their level's group at this moment, for the digest of this very petition, never the requester's, and each person once over all levels.
    /// </summary>
    public static IEnumerable<PetitionApproval> Counting(Petition petition, PolicySnapshot policy)
    {
        var persons = new HashSet<string>(StringComparer.Ordinal) { petition.Requester.Person! };
        foreach (var approval in petition.Approvals)
        {
            if (approval.Level < petition.Levels.Count
                && approval.Digest.Span.SequenceEqual(petition.Digest.Span)
                && MayApprove(petition.Levels[approval.Level], approval.By, policy)
                && persons.Add(approval.By.Person!))
            {
                yield return approval;
            }
        }
    }

    /// <summary>A human, in a HUMAN group, in this one.</summary>
    public static bool MayApprove(ApproverLevel level, SpiffeId id, PolicySnapshot policy) =>
        id.Class == IdentityClass.Human && policy.FindByUid(level.GroupUid) is { Kind: GroupKind.Human } group && group.Contains(id);

    /// <summary>The first level, from 0, that cannot be filled, whoever approves what, if each person counts once; null if all can.</summary>
    /// <param name="levels">The levels.</param>
    /// <param name="policy">Who is in which group.</param>
    /// <param name="requester">Who never approves; null where that is not known yet.</param>
    public static int? CannotBeFilled(IReadOnlyList<ApproverLevel> levels, PolicySnapshot policy, SpiffeId? requester)
    {
        // Who stands on which seat. A seat takes somebody from another one if she finds another there (augmenting paths).
        var seatOf = new Dictionary<string, int>(StringComparer.Ordinal);
        var seats = levels.SelectMany((level, i) => Enumerable.Repeat(i, level.Approvals)).ToArray();
        var members = levels.Select(level => Persons(level, policy, requester)).ToArray();
        for (var seat = 0; seat < seats.Length; seat++)
        {
            if (!Fill(seat, []))
            {
                return seats[seat];
            }
        }

        return null;

        bool Fill(int seat, HashSet<string> tried)
        {
            foreach (var person in members[seats[seat]])
            {
                if (tried.Add(person) && (!seatOf.TryGetValue(person, out var other) || Fill(other, tried)))
                {
                    seatOf[person] = seat;
                    return true;
                }
            }

            return false;
        }
    }

    private static string[] Persons(ApproverLevel level, PolicySnapshot policy, SpiffeId? requester) =>
        policy.FindByUid(level.GroupUid) is { Kind: GroupKind.Human } group
            ? [.. group.Members.Where(group.Contains).Select(member => member.Person!).Where(person => person != requester?.Person).Distinct(StringComparer.Ordinal)]
            : [];
}
