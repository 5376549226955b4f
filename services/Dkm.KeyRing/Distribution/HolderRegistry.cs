namespace Dkm.KeyRing.Distribution;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Dkm.Core.Authorization;
using Dkm.Hosting.Policy;
using Dkm.KeyRing.Rings;

/// <summary>
/// Every open stream, and which of them want a ring. A change of a ring wakes those; a change of the policy wakes all. Nobody polls: from the store's change
/// to the holder's stream it is one mark and one wake.
/// </summary>
internal sealed class HolderRegistry : IDisposable
{
    private readonly ConcurrentDictionary<HolderStream, byte> streams = new();
    private readonly ConcurrentDictionary<string, ImmutableHashSet<HolderStream>> byRing = new(StringComparer.Ordinal);
    private readonly RingCatalog catalog;
    private readonly TimeProvider time;
    private readonly IDisposable policyChanges;

    public HolderRegistry(RingCatalog catalog, IGroupMembership membership, TimeProvider time)
    {
        this.time = time;
        this.catalog = catalog;
        catalog.Changed += OnCatalogChanged;
        policyChanges = membership.OnChange(OnPolicyChanged);
    }

    /// <summary>The rings that some stream wants.</summary>
    public IEnumerable<string> Rings => byRing.Select(ring => ring.Key);

    public void Add(HolderStream stream) => streams[stream] = 0;

    public void Remove(HolderStream stream)
    {
        streams.TryRemove(stream, out _);
        foreach (var ring in stream.Wanted())
        {
            Forget(stream, ring.Name);
        }
    }

    /// <summary>Registered first, then wanted: a change in between is found by the look that the want itself brings.</summary>
    public void Want(HolderStream stream, string ring)
    {
        lock (stream.Registration)
        {
            byRing.AddOrUpdate(ring, static (_, one) => [one], static (_, all, one) => all.Add(one), stream);
            if (!stream.Want(ring))
            {
                Forget(stream, ring);
            }
        }
    }

    public void Release(HolderStream stream, string ring)
    {
        lock (stream.Registration)
        {
            if (stream.Release(ring))
            {
                Forget(stream, ring);
            }
        }
    }

    /// <summary>The ring was judged and denied, and the holder was told.</summary>
    public void Denied(HolderStream stream, WantedRing ring)
    {
        lock (stream.Registration)
        {
            if (stream.ForgetDenied(ring))
            {
                Forget(stream, ring.Name);
            }
        }
    }

    /// <summary>Who holds a ring now, commands aside.</summary>
    public IEnumerable<(HolderStream Stream, WantedRing Ring)> Holders(string ring) =>
        from stream in byRing.GetValueOrDefault(ring) ?? []
        where !stream.IsPassing(time.GetUtcNow())
        let wanted = stream.Find(ring)
        where wanted is { Held: true }
        orderby stream.Caller.ToString(), stream.ConnectTime
        select (stream, wanted);

    public void Dispose()
    {
        catalog.Changed -= OnCatalogChanged;
        policyChanges.Dispose();
    }

    private void Forget(HolderStream stream, string ring)
    {
        // Empty sets go, or every name that was ever asked for would stay.
        while (byRing.TryGetValue(ring, out var all))
        {
            var rest = all.Remove(stream);
            if (rest.IsEmpty ? byRing.TryRemove(new(ring, all)) : byRing.TryUpdate(ring, rest, all))
            {
                return;
            }
        }
    }

    private void OnCatalogChanged(CatalogChange change)
    {
        if (change.Reset)
        {
            MarkAll();
            return;
        }

        foreach (var view in change.Rings)
        {
            foreach (var stream in byRing.GetValueOrDefault(view.Ring.Name) ?? [])
            {
                stream.Mark(view.Ring.Name);
            }
        }
    }

    private void OnPolicyChanged(PolicySnapshot policy) => MarkAll();

    private void MarkAll()
    {
        foreach (var stream in streams.Keys)
        {
            stream.MarkAll();
        }
    }
}
