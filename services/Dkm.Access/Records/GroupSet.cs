namespace Dkm.Access.Records;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core.Authorization;

/// <summary>All groups at one version. Immutable; a change copies, since groups change seldom and are read at every call.</summary>
internal sealed class GroupSet
{
    private readonly StoredGroup[] byName;
    private readonly Dictionary<string, StoredGroup> byRequest;
    private readonly Dictionary<string, StoredGroup> byUid;

    private GroupSet(StoredGroup[] byName, PolicySnapshot policy)
    {
        this.byName = byName;
        Policy = policy;
        byRequest = new Dictionary<string, StoredGroup>(StringComparer.Ordinal);
        byUid = new Dictionary<string, StoredGroup>(StringComparer.Ordinal);
        foreach (var group in byName)
        {
            byUid[group.Uid] = group;
            if (group.RequestId.Length > 0)
            {
                byRequest[group.RequestId] = group;
            }
        }
    }

    public static GroupSet Empty { get; } = new([], PolicySnapshot.Empty);

    /// <summary>The same, as a decision sees it.</summary>
    public PolicySnapshot Policy { get; }

    public static GroupSet Create(PolicyVersion version, IEnumerable<StoredGroup> groups, IEnumerable<ElevationEntry>? elevations = null)
    {
        StoredGroup[] sorted = [.. groups.OrderBy(group => group.Name, StringComparer.Ordinal)];
        return new GroupSet(sorted, PolicySnapshot.Create(version, sorted.Select(group => group.ToEntry()), elevations));
    }

    public StoredGroup? FindByUid(string uid) => byUid.GetValueOrDefault(uid);

    public StoredGroup? Find(string name) => Index(name) is >= 0 and var at ? byName[at] : null;

    /// <summary>The living group that this request made.</summary>
    public StoredGroup? FindByRequest(string requestId) => requestId.Length > 0 ? byRequest.GetValueOrDefault(requestId) : null;

    /// <summary>In ascending byte order, beginning behind <paramref name="name"/>.</summary>
    public IEnumerable<StoredGroup> After(string name)
    {
        var at = Index(name);
        return byName.Skip(at >= 0 ? at + 1 : ~at);
    }

    public GroupSet With(
        PolicyVersion version,
        IReadOnlyList<StoredGroup> updated,
        IReadOnlyList<StoredGroup> deleted,
        IReadOnlyCollection<ElevationEntry>? started = null,
        IReadOnlyCollection<string>? ended = null)
    {
        if (updated.Count + deleted.Count == 0)
        {
            return new GroupSet(byName, Policy.With(version, [], [], started, ended));
        }

        var names = updated.Concat(deleted).Select(group => group.Name).ToHashSet(StringComparer.Ordinal);
        StoredGroup[] sorted =
        [
            .. byName.Where(group => !names.Contains(group.Name)).Concat(updated).OrderBy(group => group.Name, StringComparer.Ordinal),
        ];
        return new GroupSet(sorted, Policy.With(version, updated.Select(group => group.ToEntry()), deleted.Select(group => group.Uid), started, ended));
    }

    private int Index(string name)
    {
        var (low, high) = (0, byName.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(byName[middle].Name, name);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }
}
