namespace Dkm.KeyRing.Rings;

using System;
using System.Collections.Generic;
using Dkm.KeyRing.Keys;
using Dkm.Storage;

/// <summary>A record of the catalog as it is written, for a recovery (<see cref="IReplicaObserver.Recall"/>).</summary>
internal static class CatalogRecall
{
    public static (int Type, ReadOnlyMemory<byte> Body)? Find(CatalogContent content, string path, ReadOnlyMemory<byte>? older)
    {
        if (KeyRecords.ReadPath(path) is { } key)
        {
            return content.ByUid.GetValueOrDefault(key.RingUid)?.Find(key.Id) is { } held && Whole(held, older) is { } whole
                ? (RecordTypes.Key, KeyRecords.Write(whole, key.RingUid, string.Empty))
                : null;
        }

        if (After(path, RingRecords.Prefix) is { } name)
        {
            return content.ByName.GetValueOrDefault(name) is { } view ? (RecordTypes.Ring, view.Ring.Body) : null;
        }

        if (After(path, WrappingKey.Prefix) is { } wrapping)
        {
            return content.WrappingKeys.GetValueOrDefault(wrapping) is { } held ? (RecordTypes.WrappingKey, held.Write()) : null;
        }

        if (After(path, HoldGroup.Prefix) is { } group)
        {
            return content.HoldGroups.GetValueOrDefault(group) is { } held ? (RecordTypes.HoldGroup, held.Write(string.Empty)) : null;
        }

        return After(path, RequestNote.Prefix) is { } request && content.Requests.GetValueOrDefault(request) is { } note
            ? (RecordTypes.Request, note.Write(string.Empty))
            : null;
    }

    /// <summary>The material of a key is the same in every record that it ever had.</summary>
    private static RingKey? Whole(RingKey key, ReadOnlyMemory<byte>? older)
    {
        if (!key.IsCold)
        {
            return key;
        }

        var wrapped = older is { } body ? KeyRecords.Read(body, recordVersion: 0).Key.Wrapped : default;
        return wrapped.IsEmpty ? null : key.Warm(wrapped);
    }

    private static string? After(string path, string prefix) => path.StartsWith(prefix, StringComparison.Ordinal) ? path[prefix.Length..] : null;
}
