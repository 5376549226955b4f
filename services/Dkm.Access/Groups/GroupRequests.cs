namespace Dkm.Access.Groups;

using System;
using Dkm.Access.Approvals;
using Dkm.Access.Records;
using Dkm.Access.V1;
using Dkm.Core;

/// <summary>What a request of GroupService comes to for the groups that are there now; the same for one that is called and one that is proposed. Pure but for the uid that a new group gets.</summary>
internal static class GroupRequests
{
    /// <exception cref="DkmException">INVALID_ARGUMENT, ALREADY_EXISTS.</exception>
    public static GroupChange Create(GroupDraft draft, GroupSet groups, DateTimeOffset now)
    {
        var group = GroupRules.Create(groups, draft, KeyId.Create(now).ToString(), now);
        return new GroupChange(group.Version > 0 ? group : null, group);
    }

    /// <exception cref="DkmException">INVALID_ARGUMENT, NOT_FOUND, ABORTED, FAILED_PRECONDITION.</exception>
    public static GroupChange Update(UpdateGroupRequest request, GroupSet groups, GroupFields fields, DateTimeOffset now)
    {
        var wanted = request.Group ?? throw DkmException.Invalid("group", Reasons.Required, "the group is required");
        var name = GroupFields.Name(wanted.Name, "group.name");
        if (wanted.Etag.Length == 0)
        {
            throw DkmException.Invalid("group.etag", Reasons.Required, "the etag that the group was read with is required");
        }

        var (members, description, elevation) = GroupMessages.Read(request.UpdateMask);
        var group = GroupRules.Demand(groups.Find(name), name, "group.name");
        var newMembers = members ? fields.Members(wanted.Members, group.Kind, "group.members") : null;
        var newDescription = description ? GroupFields.Description(wanted.Description, "group.description") : null;
        var newElevation = elevation ? ElevationPolicyRule.Read(wanted.ElevationPolicy, group.Kind, groups, "group.elevation_policy") : group.Elevation;
        GroupRules.DemandEtag(group, wanted.Etag, "group.etag");
        return new GroupChange(group, GroupRules.Update(group, newMembers, newDescription, newElevation, now));
    }

    /// <exception cref="DkmException">INVALID_ARGUMENT, NOT_FOUND, ABORTED, FAILED_PRECONDITION.</exception>
    public static GroupChange Delete(DeleteGroupRequest request, GroupSet groups)
    {
        var name = GroupFields.Name(request.Name, "name");
        var group = GroupRules.Demand(groups.Find(name), name, "name");
        GroupRules.Delete(group);
        if (request.Etag.Length > 0)
        {
            GroupRules.DemandEtag(group, request.Etag, "etag");
        }

        return new GroupChange(group, null);
    }
}
