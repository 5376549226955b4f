namespace Dkm.Access.Groups;

using System;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using Dkm.Access.Records;
using Dkm.Access.V1;
using Dkm.Core;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Kinds = Dkm.Core.Authorization.GroupKind;

/// <summary>The generated messages, read with their field paths and written.</summary>
internal static class GroupMessages
{
    private const string TokenPrefix = "1:";

    public static GroupDraft Read(CreateGroupRequest request, GroupFields fields)
    {
        var group = request.Group ?? throw DkmException.Invalid("group", Reasons.Required, "the group is required");
        var kind = GroupFields.Kind((Kinds)group.Kind, "group.kind");
        if (group.ElevationPolicy is not null)
        {
            throw DkmException.Invalid("group.elevation_policy", Reasons.InvalidField, "an elevation policy is set by an update of the group, once it is there");
        }

        var draft = new GroupDraft(
            GroupFields.NewName(group.Name, "group.name"),
            kind,
            fields.Members(group.Members, kind, "group.members"),
            GroupFields.Description(group.Description, "group.description"),
            GroupFields.RequestId(request.RequestId, "request_id"),
            default);
        return draft with { RequestDigest = Digest(draft) };
    }

    /// <summary>Which fields an update names. Empty means members and description, as it did before there were elevation policies: an older client takes none away.</summary>
    public static (bool Members, bool Description, bool Elevation) Read(FieldMask? mask)
    {
        if (mask is null or { Paths.Count: 0 })
        {
            return (true, true, false);
        }

        var (members, description, elevation) = (false, false, false);
        for (var i = 0; i < mask.Paths.Count; i++)
        {
            switch (mask.Paths[i])
            {
                case "members":
                    members = true;
                    break;
                case "description":
                    description = true;
                    break;
                case "elevation_policy":
                    elevation = true;
                    break;
                default:
                    throw DkmException.Invalid(
                        string.Create(CultureInfo.InvariantCulture, $"update_mask.paths[{i}]"),
                        Reasons.InvalidField,
                        "only members, description and elevation_policy of a group can be changed");
            }
        }

        return (members, description, elevation);
    }

    public static Group ToMessage(this StoredGroup group) => new()
    {
        Name = group.Name,
        Uid = group.Uid,
        Kind = (Group.Types.Kind)group.Kind,
        Members = { group.Members.Select(member => member.ToString()) },
        Description = group.Description,
        Etag = group.Etag,
        CreateTime = Timestamp.FromDateTimeOffset(group.CreateTime),
        UpdateTime = Timestamp.FromDateTimeOffset(group.UpdateTime),
        BuiltIn = group.BuiltIn,
        ElevationPolicy = group.Elevation is { } policy
            ? new ElevationPolicy
            {
                Levels = { policy.Levels.Select(ToMessage) },
                MaxDuration = Duration.FromTimeSpan(policy.MaximumDuration),
                PendingTtl = Duration.FromTimeSpan(policy.PendingTtl),
            }
            : null,
    };

    public static ApproverLevel ToMessage(Approvals.ApproverLevel level) => new() { Group = level.Group, GroupUid = level.GroupUid, Approvals = level.Approvals };

    public static int PageSize(int size) => size switch
    {
        0 => 100,
        >= 1 and <= 1000 => size,
        _ => throw DkmException.Invalid("page_size", Reasons.InvalidField, "a page has 1 to 1,000 groups"),
    };

    /// <summary>The last name of the page before. Opaque to callers, so that it may become something else.</summary>
    public static string ToPageToken(string lastName) => Convert.ToBase64String(Encoding.UTF8.GetBytes(TokenPrefix + lastName));

    public static string ReadPageToken(string token)
    {
        if (token.Length == 0)
        {
            return string.Empty;
        }

        var bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length) is { } text
            && text.StartsWith(TokenPrefix, StringComparison.Ordinal)
                ? text[TokenPrefix.Length..]
                : throw DkmException.Invalid("page_token", Reasons.InvalidField, "not a token that ListGroups has answered with");
    }

    /// <summary>Of what the request means, so that the order of members makes no other body.</summary>
    private static byte[] Digest(GroupDraft draft) => SHA256.HashData(new Group
    {
        Name = draft.Name,
        Kind = (Group.Types.Kind)draft.Kind,
        Members = { draft.Members.Select(member => member.ToString()) },
        Description = draft.Description,
    }.ToByteArray());
}
