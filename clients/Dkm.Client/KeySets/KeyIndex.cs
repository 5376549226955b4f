namespace Dkm.Client.KeySets;

using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Threading;
using Dkm.Core;

/// <summary>
/// Every key in this process by its id: those of the key sets, and a bounded number of others that were asked for, the longest unused of which
/// goes first (second chance). Writers of one ring are serialized by the ring.
/// </summary>
internal sealed class KeyIndex(int resolvedCapacity)
{
    private readonly ConcurrentDictionary<KeyId, Entry> entries = new();
    private readonly Lock gate = new();
    private readonly Queue<Entry> resolved = new();

    public int Count => entries.Count;

    public bool TryFind(KeyId id, out FoundKey found)
    {
        if (entries.TryGetValue(id, out var entry))
        {
            if (!entry.Used)
            {
                entry.Used = true;
            }

            found = new FoundKey(entry.Ring, entry.Key);
            return true;
        }

        found = default;
        return false;
    }

    /// <summary>One ring's key set in place of the one before. What was resolved for it goes too: its state may have changed.</summary>
    public void Replace(HeldRing ring, IReadOnlyList<HeldKey> previous, IReadOnlyList<HeldKey> keys)
    {
        DropResolved(ring);
        foreach (var key in keys)
        {
            entries[key.Facts.Id] = new Entry(ring, key);
        }

        foreach (var key in previous)
        {
            if (entries.TryGetValue(key.Facts.Id, out var entry) && ReferenceEquals(entry.Key, key) && !Contains(keys, key))
            {
                entries.TryRemove(KeyValuePair.Create(key.Facts.Id, entry));
            }
        }
    }

    public void AddResolved(HeldRing ring, HeldKey key)
    {
        var entry = new Entry(ring, key);
        lock (gate)
        {
            if (!entries.TryAdd(key.Facts.Id, entry))
            {
                key.Dispose();
                return;
            }

            // Room first: the new one has not been used yet and would be the first to go.
            while (resolved.Count >= resolvedCapacity)
            {
                var oldest = resolved.Dequeue();
                if (oldest.Used)
                {
                    oldest.Used = false;
                    resolved.Enqueue(oldest);
                }
                else
                {
                    Drop(oldest);
                }
            }

            resolved.Enqueue(entry);
        }
    }

    private static bool Contains(IReadOnlyList<HeldKey> keys, HeldKey key)
    {
        foreach (var other in keys)
        {
            if (ReferenceEquals(other, key))
            {
                return true;
            }
        }

        return false;
    }

    private void DropResolved(HeldRing ring)
    {
        lock (gate)
        {
            for (var rest = resolved.Count; rest > 0; rest--)
            {
                var entry = resolved.Dequeue();
                if (ReferenceEquals(entry.Ring, ring))
                {
                    Drop(entry);
                }
                else
                {
                    resolved.Enqueue(entry);
                }
            }
        }
    }

    private void Drop(Entry entry)
    {
        entries.TryRemove(KeyValuePair.Create(entry.Key.Facts.Id, entry));
        entry.Key.Dispose();
    }

    private sealed class Entry(HeldRing ring, HeldKey key)
    {
        private volatile bool used;

        public HeldRing Ring { get; } = ring;

        public HeldKey Key { get; } = key;

        /// <summary>Since the hand of the clock last came by.</summary>
        public bool Used
        {
            get => used;
            set => used = value;
        }
    }
}
