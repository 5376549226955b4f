namespace Dkm.Access.Approvals;

using System.Collections.Generic;
using System.Globalization;
using Dkm.Access.Groups;
using Dkm.Access.Records;
using Dkm.Core;
using Dkm.Core.Authorization;
using Wire = Dkm.Access.V1;

/// <summary>What an elevation policy that somebody wants means for the groups that are there. Pure.</summary>
internal static class ElevationPolicyRule
{
    /// <returns>The policy, or null where none is wanted any more.</returns>
    /// <exception cref="DkmException">INVALID_ARGUMENT; FAILED_PRECONDITION LEVEL_CANNOT_BE_FILLED.</exception>
    public static ElevationPolicy? Read(Wire.ElevationPolicy? wanted, GroupKind kind, GroupSet groups, string field)
    {
        if (wanted is null)
        {
            return null;
        }

        if (kind != GroupKind.Workload)
        {
            throw DkmException.Invalid(field, Reasons.WrongKind, "only a WORKLOAD group has an elevation policy: humans are members of the others themselves");
        }

        if (wanted.Levels.Count is 0 or > ElevationPolicy.MaximumLevels)
        {
            throw DkmException.Invalid(
                field + ".levels", wanted.Levels.Count == 0 ? Reasons.Required : Reasons.TooMany, "an elevation policy has 1 to 8 levels; without the policy nobody is elevated");
        }

        var levels = new List<ApproverLevel>(wanted.Levels.Count);
        for (var i = 0; i < wanted.Levels.Count; i++)
        {
            levels.Add(Read(wanted.Levels[i], groups, string.Create(CultureInfo.InvariantCulture, $"{field}.levels[{i}]")));
        }

        if (LevelRule.CannotBeFilled(levels, groups.Policy, requester: null) is { } level)
        {
            throw CannotBeFilled(levels, level, field + string.Create(CultureInfo.InvariantCulture, $".levels[{level}]"), requester: null);
        }

        return new ElevationPolicy(
            levels,
            PetitionFields.Duration(wanted.MaxDuration, ElevationPolicy.Shortest, ElevationPolicy.LongestElevation, field + ".max_duration") ?? ElevationPolicy.LongestElevation,
            PetitionFields.Duration(wanted.PendingTtl, ElevationPolicy.Shortest, ElevationPolicy.LongestPendingTtl, field + ".pending_ttl") ?? ElevationPolicy.UsualPendingTtl);
    }

    public static DkmException CannotBeFilled(IReadOnlyList<ApproverLevel> levels, int level, string? field, SpiffeId? requester) => new(
        ErrorKind.FailedPrecondition,
        Reasons.LevelCannotBeFilled,
        string.Create(
            CultureInfo.InvariantCulture,
            $"level {level + 1} needs {levels[level].Approvals} of '{levels[level].Group}', and there are not so many who are not needed for another level{(requester is null ? string.Empty : $" and are not {requester} herself")}; a person counts once over all levels"),
        field);

    private static ApproverLevel Read(Wire.ApproverLevel wanted, GroupSet groups, string field)
    {
        var name = GroupFields.Name(wanted.Group, field + ".group");
        if (wanted.Approvals is < 1 or > ElevationPolicy.MaximumApprovals)
        {
            throw DkmException.Invalid(field + ".approvals", Reasons.InvalidField, "a level takes 1 to 16 approvals");
        }

        var group = groups.Find(name) ?? throw DkmException.Invalid(field + ".group", Reasons.NotFound, $"there is no group '{name}'");
        return group.Kind == GroupKind.Human
            ? new ApproverLevel(group.Name, group.Uid, wanted.Approvals)
            : throw DkmException.Invalid(field + ".group", Reasons.WrongKind, $"'{name}' is no HUMAN group, and only humans approve");
    }
}
