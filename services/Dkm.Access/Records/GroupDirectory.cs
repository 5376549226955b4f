namespace Dkm.Access.Records;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Dkm.Access.Policy;
using Dkm.Core.Authorization;
using Dkm.Storage;
using Microsoft.Extensions.Logging;

/// <summary>The groups in memory, built from verified records, and those who follow them.</summary>
internal sealed class GroupDirectory(ILogger<GroupDirectory> logger) : IReplicaObserver
{
    private readonly Lock gate = new();
    private readonly List<PolicySubscription> subscriptions = [];
    private volatile GroupSet groups = GroupSet.Empty;

    public GroupSet Groups => groups;

    public void Apply(ReplicaChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var version = new PolicyVersion(change.Version.Epoch, change.Version.Number);
        StoredGroup[] updated =
        [
            .. change.Updated.Where(record => GroupRecords.IsGroup(record.Path))
                .Select(record => GroupRecords.Read(record, name => Log.UnreadableMember(logger, name))),
        ];
        lock (gate)
        {
            var before = groups;
            if (change.Reset)
            {
                groups = GroupSet.Create(version, updated);
            }
            else
            {
                StoredGroup[] deleted =
                [
                    .. change.Deleted.Where(GroupRecords.IsGroup).Select(path => before.Find(path[GroupRecords.Prefix.Length..])).OfType<StoredGroup>(),
                ];
                groups = before.With(version, updated, deleted);
            }

            Tell(PolicyStep.Between(before.Policy, groups.Policy));
        }
    }

    public (int Type, ReadOnlyMemory<byte> Body)? Recall(string path, ReadOnlyMemory<byte>? older) =>
        GroupRecords.IsGroup(path) && groups.Find(path[GroupRecords.Prefix.Length..]) is { } group
            ? (GroupRecords.Type, GroupRecords.Write(group, group.Source?.OperationId ?? string.Empty))
            : null;

    /// <summary>The policy of this moment and every step after it, with none in between lost.</summary>
    public PolicySubscription Subscribe()
    {
        lock (gate)
        {
            var subscription = new PolicySubscription(groups.Policy, Remove);
            subscriptions.Add(subscription);
            Telemetry.Followed();
            return subscription;
        }
    }

    private void Tell(PolicyStep step)
    {
        Telemetry.Stepped();
        foreach (var subscription in subscriptions)
        {
            subscription.Offer(step);
        }
    }

    private void Remove(PolicySubscription subscription)
    {
        lock (gate)
        {
            if (subscriptions.Remove(subscription))
            {
                Telemetry.Unfollowed();
            }
        }
    }
}
