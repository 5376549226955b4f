namespace Dkm.Access.Records;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Dkm.Access.Approvals;
using Dkm.Access.Policy;
using Dkm.Core.Authorization;
using Dkm.Storage;
using Microsoft.Extensions.Logging;

/// <summary>Groups, petitions and the highest time in memory, built from verified records, and those who follow the policy that comes of them.</summary>
internal sealed class GroupDirectory(SeenTime clock, ILogger<GroupDirectory> logger) : IReplicaObserver
{
    private readonly Lock gate = new();
    private readonly List<PolicySubscription> subscriptions = [];
    private volatile AccessState state = AccessState.Empty;

    public GroupSet Groups => state.Groups;

    public AccessState State => state;

    public void Apply(ReplicaChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        lock (gate)
        {
            var before = state;
            state = Next(before, change);
            clock.Learn(state.HighestTime);
            Tell(PolicyStep.Between(before.Policy, state.Policy));
        }
    }

    public (int Type, ReadOnlyMemory<byte> Body)? Recall(string path, ReadOnlyMemory<byte>? older)
    {
        var held = state;
        if (GroupRecords.IsGroup(path))
        {
            return held.Groups.Find(path[GroupRecords.Prefix.Length..]) is { } group
                ? (GroupRecords.Type, GroupRecords.Write(group, group.Source?.OperationId ?? string.Empty))
                : null;
        }

        if (PetitionRecords.IdOf(path) is { } id)
        {
            return held.Petitions.Find(id) is { } petition && petition.Path == path
                ? (PetitionRecords.Type, PetitionRecords.Write(petition, petition.Source?.OperationId ?? string.Empty))
                : null;
        }

        return path == TimeRecords.Path && held.TimeVersion > 0
            ? (TimeRecords.Type, TimeRecords.Write(held.HighestTime, string.Empty))
            : null;
    }

    /// <summary>The policy of this moment and every step after it, with none in between lost.</summary>
    public PolicySubscription Subscribe()
    {
        lock (gate)
        {
            var subscription = new PolicySubscription(state.Policy, Remove);
            subscriptions.Add(subscription);
            Telemetry.Followed();
            return subscription;
        }
    }

    private AccessState Next(AccessState before, ReplicaChange change)
    {
        var version = new PolicyVersion(change.Version.Epoch, change.Version.Number);
        StoredGroup[] groups =
        [
            .. change.Updated.Where(record => GroupRecords.IsGroup(record.Path))
                .Select(record => GroupRecords.Read(record, name => Log.UnreadableMember(logger, name))),
        ];
        var petitions = new List<Petition>();
        var gone = change.Deleted.Select(PetitionRecords.IdOf).OfType<string>().ToList();
        foreach (var record in change.Updated)
        {
            if (PetitionRecords.IdOf(record.Path) is { } id)
            {
                Read(record, id, petitions, gone);
            }
        }

        var (highest, timeVersion) = (change.Reset ? DateTimeOffset.MinValue : before.HighestTime, change.Reset ? 0 : before.TimeVersion);
        if (change.Updated.FirstOrDefault(record => record.Path == TimeRecords.Path) is { } time)
        {
            (highest, timeVersion) = (TimeRecords.Read(time), time.Version);
        }

        if (change.Reset)
        {
            var all = PetitionSet.Create(petitions);
            return new AccessState(GroupSet.Create(version, groups, all.InForce()), all, highest, timeVersion);
        }

        StoredGroup[] deletedGroups =
        [
            .. change.Deleted.Where(GroupRecords.IsGroup).Select(path => before.Groups.Find(path[GroupRecords.Prefix.Length..])).OfType<StoredGroup>(),
        ];
        ElevationEntry[] started = [.. petitions.Select(petition => petition.ToEntry()).OfType<ElevationEntry>()];
        string[] ended = [.. petitions.Where(petition => petition.ToEntry() is null).Select(petition => petition.Id), .. gone];
        return new AccessState(
            before.Groups.With(version, groups, deletedGroups, started, [.. ended.Where(id => before.Policy.FindElevation(id) is not null)]),
            before.Petitions.With(petitions, gone),
            highest,
            change.Deleted.Contains(TimeRecords.Path) ? 0 : timeVersion);
    }

    /// <summary>A petition that this version cannot read gives nobody anything: it is left out.</summary>
    private void Read(Record record, string id, List<Petition> petitions, List<string> gone)
    {
        try
        {
            petitions.Add(PetitionRecords.Read(record));
        }
        catch (Exception unreadable) when (unreadable is FormatException or Google.Protobuf.InvalidProtocolBufferException)
        {
            Log.UnreadablePetition(logger, record.Path, unreadable.Message);
            gone.Add(id);
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
