namespace Dkm.Access.Groups;

using System;
using System.Collections.Generic;
using Dkm.Access.Approvals;
using Dkm.Access.Records;
using Dkm.Core;
using Dkm.Core.Authorization;

/// <summary>What becomes of a request, given the groups that are there now. Pure: who loses a race decides again.</summary>
internal static class GroupRules
{
    /// <returns>The group to write, or the one that the same request made before (its <see cref="StoredGroup.Version"/> is not 0).</returns>
    public static StoredGroup Create(GroupSet groups, GroupDraft draft, string uid, DateTimeOffset now)
    {
        if (groups.FindByRequest(draft.RequestId) is { } made)
        {
            return made.RequestDigest.Span.SequenceEqual(draft.RequestDigest.Span)
                ? made
                : throw new DkmException(
                    ErrorKind.AlreadyExists, Reasons.RequestIdReused, $"request id {draft.RequestId} has made group '{made.Name}' with another body", "request_id");
        }

        if (groups.Find(draft.Name) is not null)
        {
            throw new DkmException(ErrorKind.AlreadyExists, Reasons.AlreadyExists, $"there is a group '{draft.Name}'", "group.name");
        }

        return new StoredGroup
        {
            Name = draft.Name,
            Uid = uid,
            Kind = draft.Kind,
            Members = draft.Members,
            Description = draft.Description,
            CreateTime = now,
            UpdateTime = now,
            RequestId = draft.RequestId,
            RequestDigest = draft.RequestDigest,
        };
    }

    /// <param name="group">As it is.</param>
    /// <param name="members">New ones, or null: unchanged.</param>
    /// <param name="description">A new one, or null: unchanged.</param>
    /// <param name="elevation">The elevation policy as it shall be.</param>
    /// <param name="now">The time.</param>
    /// <returns>The group to write, or <paramref name="group"/> itself if it is so already.</returns>
    public static StoredGroup Update(StoredGroup group, IReadOnlyList<SpiffeId>? members, string? description, ElevationPolicy? elevation, DateTimeOffset now)
    {
        members ??= group.Members;
        description ??= group.Description;
        if (group.Name == BuiltInGroups.Administrators && members.Count == 0)
        {
            throw new DkmException(
                ErrorKind.FailedPrecondition, Reasons.LastAdministrator, $"'{group.Name}' would be left empty, and nobody could administer DKM again", "group.members");
        }

        return Same(group.Members, members) && group.Description == description && Equals(group.Elevation, elevation)
            ? group
            : group with { Members = members, Description = description, Elevation = elevation, UpdateTime = now };
    }

    public static void Delete(StoredGroup group)
    {
        if (group.BuiltIn)
        {
            throw new DkmException(ErrorKind.FailedPrecondition, Reasons.BuiltInGroup, $"'{group.Name}' is built in and cannot be deleted", "name");
        }
    }

    public static StoredGroup Demand(StoredGroup? group, string name, string field) =>
        group ?? throw new DkmException(ErrorKind.NotFound, Reasons.NotFound, $"there is no group '{name}'", field);

    public static void DemandEtag(StoredGroup group, string etag, string field)
    {
        if (!string.Equals(group.Etag, etag, StringComparison.Ordinal))
        {
            throw new DkmException(
                ErrorKind.Aborted, Reasons.EtagMismatch, $"'{group.Name}' has changed since it was read; its etag is now '{group.Etag}'", field);
        }
    }

    private static bool Same(IReadOnlyList<SpiffeId> left, IReadOnlyList<SpiffeId> right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (!left[i].Equals(right[i]))
            {
                return false;
            }
        }

        return true;
    }
}
