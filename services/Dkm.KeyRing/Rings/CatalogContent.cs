namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.KeyRing.Keys;
using Dkm.Storage;

/// <summary>The indices of <see cref="RingCatalog"/>. One writer, many readers; a ring's view is swapped as a whole.</summary>
internal sealed class CatalogContent
{
    /// <summary>More records than a change has: those of a start, for which somebody waits.</summary>
    private const int Many = 10_000;

    private readonly Lock nameLock = new();
    private readonly SortedSet<string> names = new(StringComparer.Ordinal);
    private long epoch;

    public ConcurrentDictionary<string, RingView> ByName { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, RingView> ByUid { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<KeyId, string> RingOfKey { get; } = new();

    public ConcurrentDictionary<string, string> RingOfRequest { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, RequestNote> Requests { get; } = new(StringComparer.Ordinal);

    /// <summary>How many of them each ring has.</summary>
    public ConcurrentDictionary<string, int> NotesOfRing { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, WrappingKey> WrappingKeys { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, HoldGroup> HoldGroups { get; } = new(StringComparer.Ordinal);

    /// <summary>Ring names after <paramref name="after"/> in ascending byte order (the grammar is ASCII).</summary>
    public IReadOnlyList<string> Names(string after, int count)
    {
        lock (nameLock)
        {
            return names.Count == 0 || string.CompareOrdinal(after, names.Max) >= 0
                ? []
                : [.. names.GetViewBetween(after, names.Max).Where(name => name != after).Take(count)];
        }
    }

    /// <returns>The uids of the rings that changed.</returns>
    public IReadOnlyCollection<string> Apply(ReplicaChange change)
    {
        var rings = new Dictionary<string, Ring>(StringComparer.Ordinal);
        var keys = new Dictionary<string, List<RingKey>>(StringComparer.Ordinal);
        var read = change.Updated.Count < Many ? change.Updated.Select(Read) : change.Updated.AsParallel().AsOrdered().Select(Read);
        foreach (var one in read)
        {
            Sort(one, rings, keys);
        }

        foreach (var path in change.Deleted)
        {
            Delete(path);
        }

        // After a recovery every holder is to have every ring anew.
        var touched = (change.Version.Epoch == epoch ? rings.Keys.Union(keys.Keys) : rings.Keys.Union(keys.Keys).Union(ByUid.Keys)).ToList();
        epoch = change.Version.Epoch;
        foreach (var uid in touched)
        {
            Swap(uid, rings.GetValueOrDefault(uid), keys.GetValueOrDefault(uid) ?? []);
        }

        // After the rings that they tell of.
        foreach (var record in change.Updated.Where(record => record.Type == RecordTypes.Request))
        {
            var note = RequestNote.Read(record.Body, record.Version);
            Forget(note.Id);
            Requests[note.Id] = note;
            NotesOfRing[note.RingUid] = NotesOfRing.GetValueOrDefault(note.RingUid) + 1;
        }

        return touched;
    }

    private static object? Read(Record record) => record.Type switch
    {
        RecordTypes.Ring => RingRecords.Read(record.Body, record.Version),
        RecordTypes.Key => KeyRecords.Read(record.Body, record.Version),
        RecordTypes.WrappingKey => WrappingKey.Read(record.Body),
        RecordTypes.HoldGroup => HoldGroup.Read(record.Body, record.Version),

        // A newer KeyRing's; min_reader says whether that is all right, and the store has looked at it.
        _ => null,
    };

    private void Sort(object? read, Dictionary<string, Ring> rings, Dictionary<string, List<RingKey>> keys)
    {
        switch (read)
        {
            case Ring ring:
                rings[ring.Uid] = ring;
                break;
            case (string uid, RingKey key):
                if (!keys.TryGetValue(uid, out var list))
                {
                    keys[uid] = list = [];
                }

                list.Add(key);
                break;
            case WrappingKey wrapping:
                WrappingKeys[wrapping.Id] = wrapping;
                break;
            case HoldGroup group:
                HoldGroups[group.GroupUid] = group;
                break;
            default:
                break;
        }
    }

    private void Swap(string uid, Ring? changed, List<RingKey> changedKeys)
    {
        var before = ByUid.GetValueOrDefault(uid);
        if ((changed ?? before?.Ring) is not { } ring)
        {
            return;
        }

        var merged = (before?.Keys ?? []).ToDictionary(key => key.Id);
        foreach (var key in changedKeys)
        {
            merged[key.Id] = key;
        }

        var view = new RingView(ring, [.. merged.Values.Select(key => key.Kept(ring.UpdateTime)).Order(Comparer<RingKey>.Create((a, b) => PrimaryRule.Compare(a.Facts, b.Facts)))]) { Epoch = epoch };
        ByUid[uid] = view;
        ByName[ring.Name] = view;
        foreach (var key in changedKeys)
        {
            RingOfKey[key.Id] = uid;
        }

        Request(ring.RequestId, uid);
        Request(ring.RolloverRequestId, uid);
        lock (nameLock)
        {
            names.Add(ring.Name);
        }
    }

    private void Request(string id, string uid)
    {
        if (id.Length > 0)
        {
            RingOfRequest[id] = uid;
        }
    }

    private void Delete(string path)
    {
        if (path.StartsWith(HoldGroup.Prefix, StringComparison.Ordinal))
        {
            HoldGroups.TryRemove(path[HoldGroup.Prefix.Length..], out _);
        }
        else if (path.StartsWith(RequestNote.Prefix, StringComparison.Ordinal))
        {
            Forget(path[RequestNote.Prefix.Length..]);
        }
    }

    private void Forget(string requestId)
    {
        if (Requests.TryRemove(requestId, out var note) && NotesOfRing.GetValueOrDefault(note.RingUid) is > 1 and var count)
        {
            NotesOfRing[note.RingUid] = count - 1;
        }
        else if (note is not null)
        {
            NotesOfRing.TryRemove(note.RingUid, out _);
        }
    }
}
