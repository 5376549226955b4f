namespace Dkm.Access.Policy;

using System;
using System.Linq;
using Dkm.Access.V1;
using Dkm.Hosting.Policy;
using Google.Protobuf.WellKnownTypes;
using Core = Dkm.Core.Authorization;

/// <summary>The messages of the policy stream.</summary>
internal static class PolicyMessages
{
    public static WatchPolicyResponse Snapshot(Core.PolicySnapshot policy, DateTimeOffset confirmTime, DateTimeOffset clockTime) => new()
    {
        Snapshot = new PolicySnapshot
        {
            Version = policy.Version.ToWire(),
            Groups = { policy.Groups.Select(PolicyMapping.ToWire) },
            Elevations = { policy.Elevations.Select(PolicyMapping.ToWire) },
            ConfirmTime = Timestamp.FromDateTimeOffset(confirmTime),
            ClockTime = Timestamp.FromDateTimeOffset(clockTime),
        },
    };

    public static WatchPolicyResponse Change(PolicyStep step, DateTimeOffset confirmTime, DateTimeOffset clockTime) => new()
    {
        Change = new PolicyChange
        {
            PreviousVersion = step.Before.Version.ToWire(),
            Version = step.After.Version.ToWire(),
            UpdatedGroups = { step.Updated.Select(PolicyMapping.ToWire) },
            DeletedGroupUids = { step.DeletedUids },
            StartedElevations = { step.Started.Select(PolicyMapping.ToWire) },
            EndedElevationIds = { step.EndedIds },
            ConfirmTime = Timestamp.FromDateTimeOffset(confirmTime),
            ClockTime = Timestamp.FromDateTimeOffset(clockTime),
        },
    };

    public static WatchPolicyResponse Heartbeat(Core.PolicyVersion version, DateTimeOffset confirmTime, DateTimeOffset clockTime) => new()
    {
        Heartbeat = new PolicyHeartbeat
        {
            Version = version.ToWire(),
            ConfirmTime = Timestamp.FromDateTimeOffset(confirmTime),
            ClockTime = Timestamp.FromDateTimeOffset(clockTime),
        },
    };
}
