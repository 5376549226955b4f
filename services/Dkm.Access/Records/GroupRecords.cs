namespace Dkm.Access.Records;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Access.Approvals;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Records.V1;
using Dkm.Storage;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

/// <summary>The record of a group, both ways.</summary>
internal static class GroupRecords
{
    public const string Prefix = "groups/";

    /// <summary>Access's own number for what such a body is.</summary>
    public const int Type = 1;

    public static bool IsGroup(string path) => path.StartsWith(Prefix, StringComparison.Ordinal);

    public static byte[] Write(StoredGroup group, string operationId)
    {
        var record = group.Source?.Clone() ?? new GroupRecord();
        record.Name = group.Name;
        record.Uid = group.Uid;
        record.Kind = (int)group.Kind;
        record.Members.Clear();
        foreach (var member in group.Members)
        {
            record.Members.Add(member.ToString());
        }

        record.Description = group.Description;
        record.BuiltIn = group.BuiltIn;
        record.CreateTime = Timestamp.FromDateTimeOffset(group.CreateTime);
        record.UpdateTime = Timestamp.FromDateTimeOffset(group.UpdateTime);
        record.RequestId = group.RequestId;
        record.RequestDigest = ByteString.CopyFrom(group.RequestDigest.Span);
        record.OperationId = operationId;
        record.ElevationPolicy = Write(group.Elevation, group.Source?.ElevationPolicy);
        return record.ToByteArray();
    }

    /// <param name="record">An opened record of a group.</param>
    /// <param name="unreadableMember">Told of a member that is no SPIFFE ID. It is left out: one bad line must not take the whole policy down.</param>
    public static StoredGroup Read(Record record, Action<string> unreadableMember)
    {
        var body = GroupRecord.Parser.ParseFrom(record.Body.Span);
        var members = new List<SpiffeId>(body.Members.Count);
        foreach (var text in body.Members)
        {
            if (SpiffeId.TryParse(text, out var id, out _))
            {
                members.Add(id);
            }
            else
            {
                unreadableMember(body.Name);
            }
        }

        return new StoredGroup
        {
            Name = body.Name,
            Uid = body.Uid,
            Kind = (GroupKind)body.Kind,
            Members = members,
            Description = body.Description,
            BuiltIn = body.BuiltIn,
            CreateTime = body.CreateTime?.ToDateTimeOffset() ?? default,
            UpdateTime = body.UpdateTime?.ToDateTimeOffset() ?? default,
            RequestId = body.RequestId,
            RequestDigest = body.RequestDigest.Memory,
            Elevation = Read(body.ElevationPolicy),
            Version = record.Version,
            Source = body,
        };
    }

    public static ApproverLevelRecord Write(ApproverLevel level) => new() { Group = level.Group, GroupUid = level.GroupUid, Approvals = level.Approvals };

    public static ApproverLevel Read(ApproverLevelRecord level) => new(level.Group, level.GroupUid, level.Approvals);

    private static ElevationPolicyRecord? Write(ElevationPolicy? policy, ElevationPolicyRecord? source)
    {
        if (policy is null)
        {
            return null;
        }

        var record = source?.Clone() ?? new ElevationPolicyRecord();
        record.Levels.Clear();
        record.Levels.AddRange(policy.Levels.Select(Write));
        record.MaxDurationMs = (long)policy.MaximumDuration.TotalMilliseconds;
        record.PendingTtlMs = (long)policy.PendingTtl.TotalMilliseconds;
        return record;
    }

    private static ElevationPolicy? Read(ElevationPolicyRecord? policy) => policy is null
        ? null
        : new ElevationPolicy([.. policy.Levels.Select(Read)], TimeSpan.FromMilliseconds(policy.MaxDurationMs), TimeSpan.FromMilliseconds(policy.PendingTtlMs));
}
