namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Records.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

/// <summary>A ring to its record and back.</summary>
internal static class RingRecords
{
    public const string Prefix = "rings/";

    public static string Path(string name) => Prefix + name;

    public static byte[] Write(Ring ring, string operationId)
    {
        var record = RingRecord.Parser.ParseFrom(ring.Body.Span);
        record.Name = ring.Name;
        record.Uid = ring.Uid;
        record.Policy ??= new RingPolicyRecord();
        WritePolicy(record.Policy, ring.Policy);
        record.Description = ring.Description;
        record.CreateTime = ring.CreateTime.ToTimestamp();
        record.UpdateTime = ring.UpdateTime.ToTimestamp();
        record.Revision = ring.Revision;
        record.RequestId = ring.RequestId;
        record.RequestDigest = ByteString.CopyFrom(ring.RequestDigest.AsSpan());
        record.OperationId = operationId;
        record.WrappingKeyId = ring.WrappingKeyId;
        record.RolloverRequestId = ring.RolloverRequestId;
        record.RolloverRequestDigest = ByteString.CopyFrom(ring.RolloverRequestDigest.AsSpan());
        record.RolloverKeyId = ring.RolloverKeyId?.ToString() ?? string.Empty;
        record.OldLeasesEndTime = ring.OldLeasesEnd == default ? null : ring.OldLeasesEnd.ToTimestamp();
        record.RemovalTime = ring.RemovalTime == default ? null : ring.RemovalTime.ToTimestamp();
        var before = record.Bindings.ToDictionary(binding => binding.GroupUid, StringComparer.Ordinal);
        record.Bindings.Clear();
        record.Bindings.Add(ring.Bindings.Select(binding => WriteBinding(before.GetValueOrDefault(binding.GroupUid) ?? new(), binding)));
        return record.ToByteArray();
    }

    public static Ring Read(ReadOnlyMemory<byte> body, long recordVersion)
    {
        var record = RingRecord.Parser.ParseFrom(body.Span);
        return new Ring
        {
            Name = record.Name,
            Uid = record.Uid,
            Policy = ReadPolicy(record.Policy),
            Bindings = [.. record.Bindings.Select(ReadBinding)],
            Description = record.Description,
            CreateTime = record.CreateTime.ToDateTimeOffset(),
            UpdateTime = record.UpdateTime.ToDateTimeOffset(),
            Revision = record.Revision,
            RequestId = record.RequestId,
            RequestDigest = [.. record.RequestDigest.Span],
            WrappingKeyId = record.WrappingKeyId,
            RolloverRequestId = record.RolloverRequestId,
            RolloverRequestDigest = [.. record.RolloverRequestDigest.Span],
            RolloverKeyId = KeyId.TryParse(record.RolloverKeyId, out var key) ? key : null,
            OldLeasesEnd = record.OldLeasesEndTime?.ToDateTimeOffset() ?? default,
            RemovalTime = record.RemovalTime?.ToDateTimeOffset() ?? default,
            RecordVersion = recordVersion,
            Body = body,
        };
    }

    private static void WritePolicy(RingPolicyRecord record, RingPolicy policy)
    {
        record.RolloverPeriod = policy.RolloverPeriod.ToDuration();
        record.ActivationLead = policy.ActivationLead.ToDuration();
        record.ArchiveAfter = policy.ArchiveAfter;
        record.Suite = (int)policy.Suite;
        record.ReadSuites.Clear();
        record.ReadSuites.Add(policy.ReadSuites.Select(suite => (int)suite));
        record.KeyLease = policy.KeyLease.ToDuration();
        record.PolicyStaleness = policy.PolicyStaleness.ToDuration();
        record.DestroyDelay = policy.DestroyDelay.ToDuration();
        record.Serve = (int)policy.Serve;
    }

    private static BindingRecord WriteBinding(BindingRecord record, RingBinding binding)
    {
        record.Group = binding.Group;
        record.GroupUid = binding.GroupUid;
        record.Permissions.Clear();
        record.Permissions.Add(binding.Permissions.Select(permission => (int)permission));
        return record;
    }

    private static RingPolicy ReadPolicy(RingPolicyRecord record) => new()
    {
        RolloverPeriod = record.RolloverPeriod.ToTimeSpan(),
        ActivationLead = record.ActivationLead.ToTimeSpan(),
        ArchiveAfter = record.ArchiveAfter,
        Suite = (Suite)record.Suite,
        ReadSuites = [.. record.ReadSuites.Select(suite => (Suite)suite)],
        KeyLease = record.KeyLease.ToTimeSpan(),
        PolicyStaleness = record.PolicyStaleness.ToTimeSpan(),
        DestroyDelay = record.DestroyDelay.ToTimeSpan(),
        Serve = (ServeMode)record.Serve,
    };

    private static RingBinding ReadBinding(BindingRecord record) =>
        new(string.Intern(record.Group), string.Intern(record.GroupUid), [.. record.Permissions.Select(permission => (RingPermission)permission)]);
}
