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
    public static WatchPolicyResponse Snapshot(Core.PolicySnapshot policy, DateTimeOffset confirmTime) => new()
    {
        Snapshot = new PolicySnapshot
        {
            Version = policy.Version.ToWire(),
            Groups = { policy.Groups.Select(PolicyMapping.ToWire) },
            ConfirmTime = Timestamp.FromDateTimeOffset(confirmTime),
        },
    };

    public static WatchPolicyResponse Change(PolicyStep step, DateTimeOffset confirmTime) => new()
    {
        Change = new PolicyChange
        {
            PreviousVersion = step.Before.Version.ToWire(),
            Version = step.After.Version.ToWire(),
            UpdatedGroups = { step.Updated.Select(PolicyMapping.ToWire) },
            DeletedGroupUids = { step.DeletedUids },
            ConfirmTime = Timestamp.FromDateTimeOffset(confirmTime),
        },
    };

    public static WatchPolicyResponse Heartbeat(Core.PolicyVersion version, DateTimeOffset confirmTime) => new()
    {
        Heartbeat = new PolicyHeartbeat { Version = version.ToWire(), ConfirmTime = Timestamp.FromDateTimeOffset(confirmTime) },
    };
}
