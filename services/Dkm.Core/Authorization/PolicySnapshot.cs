namespace Dkm.Core.Authorization;

using System;
using System.Collections.Generic;

/// <summary>
/// All groups, and all elevations in force, at one version. Immutable: a reader takes the current one and decides by it without a lock, a writer makes the next
/// (<see cref="With"/>) and swaps it in. Policy changes a few times a day and is read at every call, so a change copies and a look-up is one probe.
/// </summary>
public sealed class PolicySnapshot
{
    private readonly Dictionary<string, GroupEntry> byUid;
    private readonly Dictionary<string, GroupEntry> byName;
    private readonly GroupEntry? administrators;
    private readonly GroupEntry? auditors;
    private readonly Dictionary<string, ElevationEntry> elevations;

    private PolicySnapshot(PolicyVersion version, Dictionary<string, GroupEntry> byUid, Dictionary<string, ElevationEntry> elevations)
    {
        Version = version;
        this.byUid = byUid;
        this.elevations = elevations;
        byName = new Dictionary<string, GroupEntry>(byUid.Count, StringComparer.Ordinal);
        foreach (var group in byUid.Values)
        {
            byName[group.Name] = group;
        }

        administrators = FindByName(BuiltInGroups.Administrators);
        auditors = FindByName(BuiltInGroups.Auditors);
    }

    /// <summary>No groups: everything is denied.</summary>
    public static PolicySnapshot Empty { get; } = Create(default, []);

    /// <summary>Where in Access's sequence of writes this is.</summary>
    public PolicyVersion Version { get; }

    /// <summary>In no order.</summary>
    public IReadOnlyCollection<GroupEntry> Groups => byUid.Values;

    /// <summary>Those in force: what is not here is over, and nobody acts by it. Whether the time of one that is here has come is the decision's question.</summary>
    public IReadOnlyCollection<ElevationEntry> Elevations => elevations.Values;

    public static PolicySnapshot Create(PolicyVersion version, IEnumerable<GroupEntry> groups, IEnumerable<ElevationEntry>? elevations = null)
    {
        var byUid = new Dictionary<string, GroupEntry>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            byUid[group.Uid] = group;
        }

        var byId = new Dictionary<string, ElevationEntry>(StringComparer.Ordinal);
        foreach (var elevation in elevations ?? [])
        {
            byId[elevation.Id] = elevation;
        }

        return new PolicySnapshot(version, byUid, byId);
    }

    public ElevationEntry? FindElevation(string id) => elevations.GetValueOrDefault(id);

    public GroupEntry? FindByUid(string uid) => byUid.GetValueOrDefault(uid);

    public GroupEntry? FindByName(string name) => byName.GetValueOrDefault(name);

    /// <summary>Whether <paramref name="id"/> is in the group and of a class that the group's kind may contain.</summary>
    public bool IsMember(string groupUid, SpiffeId id) => byUid.TryGetValue(groupUid, out var group) && group.Contains(id);

    /// <summary>A human in <c>dkm-admins</c>.</summary>
    public bool IsAdministrator(SpiffeId id) => administrators is { Kind: GroupKind.Human } group && group.Contains(id);

    /// <summary>A human in <c>dkm-auditors</c>.</summary>
    public bool IsAuditor(SpiffeId id) => auditors is { Kind: GroupKind.Human } group && group.Contains(id);

    /// <summary>The next snapshot. A deletion goes first, so that a name which was freed and taken again in one step is the new group's.</summary>
    public PolicySnapshot With(
        PolicyVersion version,
        IEnumerable<GroupEntry> updated,
        IEnumerable<string> deletedUids,
        IReadOnlyCollection<ElevationEntry>? started = null,
        IReadOnlyCollection<string>? ended = null)
    {
        var next = new Dictionary<string, GroupEntry>(byUid, StringComparer.Ordinal);
        foreach (var uid in deletedUids)
        {
            next.Remove(uid);
        }

        foreach (var group in updated)
        {
            next[group.Uid] = group;
        }

        return new PolicySnapshot(version, next, NextElevations(started ?? [], ended ?? []));
    }

    private Dictionary<string, ElevationEntry> NextElevations(IReadOnlyCollection<ElevationEntry> started, IReadOnlyCollection<string> ended)
    {
        if (started.Count + ended.Count == 0)
        {
            return elevations;
        }

        var next = new Dictionary<string, ElevationEntry>(elevations, StringComparer.Ordinal);
        foreach (var id in ended)
        {
            next.Remove(id);
        }

        foreach (var elevation in started)
        {
            next[elevation.Id] = elevation;
        }

        return next;
    }
}
