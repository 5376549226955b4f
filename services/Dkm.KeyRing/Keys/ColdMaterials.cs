namespace Dkm.KeyRing.Keys;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.KeyRing.Rings;
using Dkm.Storage;

/// <summary>
/// Wrapped material of keys that are not in use, read from the store when somebody needs it: one read for one key however many wait for it, and the last ones read are kept.
/// Only asked for ids that the index has, so made-up ids cost nothing here.
/// </summary>
internal sealed class ColdMaterials
{
    /// <summary>Some megabytes.</summary>
    public const int DefaultCapacity = 10_000;

    private readonly ConcurrentDictionary<KeyId, Lazy<Task<ReadOnlyMemory<byte>>>> flights = new();
    private readonly ConcurrentDictionary<KeyId, ReadOnlyMemory<byte>> kept = new();
    private readonly Queue<KeyId> order = new();
    private readonly Lock gate = new();
    private readonly RingCatalog catalog;
    private readonly int capacity;
    private Func<string, Task<ReadOnlyMemory<byte>>>? read;

    public ColdMaterials(RingCatalog catalog, int capacity = DefaultCapacity)
    {
        this.catalog = catalog;
        this.capacity = capacity;

        // For as long as the process lives, like the catalog itself.
        catalog.Changed += OnChanged;
    }

    /// <summary>Called once the store is open.</summary>
    public void Use(ServiceStore store) => Use(path => store.ReadAsync(path));

    public void Use(Func<string, Task<ReadOnlyMemory<byte>>> reader) => read = reader;

    /// <summary>The caller's token ends the caller's waiting, not the read that others wait for too.</summary>
    /// <exception cref="DkmException">UNAVAILABLE.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> GetAsync(RingKey key, CancellationToken token)
    {
        if (!key.IsCold)
        {
            return key.Wrapped;
        }

        if (kept.TryGetValue(key.Id, out var known))
        {
            return known;
        }

        var flight = flights.GetOrAdd(key.Id, static (id, self) => new Lazy<Task<ReadOnlyMemory<byte>>>(() => self.FlyAsync(id)), this);
        return await flight.Value.WaitAsync(token);
    }

    private async Task<ReadOnlyMemory<byte>> FlyAsync(KeyId id)
    {
        // Off the caller's stack first: the flight must be in the table before it can take itself out.
        await Task.Yield();
        try
        {
            if (read is null || !catalog.Content.RingOfKey.TryGetValue(id, out var uid))
            {
                throw new DkmException(ErrorKind.Unavailable, Reasons.NotReady, "the store is not open yet");
            }

            var (_, key) = KeyRecords.Read(await read(KeyRecords.Path(uid, id)), recordVersion: 0);
            Keep(id, key.Wrapped);
            return key.Wrapped;
        }
        catch (DkmException exception) when (exception.Kind is ErrorKind.Aborted)
        {
            // The key has just changed its state.
            throw new DkmException(ErrorKind.Unavailable, Reasons.NotReady, $"key {id} is changing; try again", innerException: exception);
        }
        finally
        {
            flights.TryRemove(id, out _);
        }
    }

    /// <summary>What is destroyed is gone from here too: the wrapping key is in memory, so the wrapped one would be as good as the clear.</summary>
    private void OnChanged(CatalogChange change)
    {
        lock (gate)
        {
            foreach (var key in (kept.IsEmpty ? [] : change.Rings).SelectMany(view => view.Keys).Where(IsDestroyed))
            {
                kept.TryRemove(key.Id, out _);
            }
        }
    }

    private static bool IsDestroyed(RingKey key) => key.Facts.Stored == StoredKeyState.Destroyed;

    private void Keep(KeyId id, ReadOnlyMemory<byte> wrapped)
    {
        lock (gate)
        {
            // A read that was under way when the key was destroyed: the catalog knows it before it tells us, so either this sees it or OnChanged finds what is kept here.
            var destroyed = catalog.FindKey(id)?.Find(id) is { } key && IsDestroyed(key);
            if (destroyed || wrapped.IsEmpty || !kept.TryAdd(id, wrapped))
            {
                return;
            }

            order.Enqueue(id);
            if (order.Count > capacity)
            {
                kept.TryRemove(order.Dequeue(), out _);
            }
        }
    }
}
