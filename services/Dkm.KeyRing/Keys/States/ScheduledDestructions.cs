namespace Dkm.KeyRing.Keys.States;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core.Keys;
using Dkm.KeyRing.Rings;

/// <summary>The rings in which a key is scheduled for destruction, so that nobody has to look for them among a million keys. Fed by the catalog.</summary>
internal sealed class ScheduledDestructions : IDisposable
{
    private readonly ConcurrentDictionary<string, byte> uids = new(StringComparer.Ordinal);
    private readonly RingCatalog catalog;

    public ScheduledDestructions(RingCatalog catalog)
    {
        this.catalog = catalog;
        catalog.Changed += OnChanged;
    }

    public bool AnyDue(DateTimeOffset now) => Due(now).Any();

    /// <summary>Rings with keys whose time has come by this clock.</summary>
    public IEnumerable<(RingView View, IReadOnlyList<RingKey> Keys)> Due(DateTimeOffset now)
    {
        foreach (var uid in uids.Keys)
        {
            if (catalog.Content.ByUid.TryGetValue(uid, out var view) && view.Keys.Where(key => IsScheduled(key) && key.Mark?.DestroyTime <= now).ToList() is { Count: > 0 } due)
            {
                yield return (view, due);
            }
        }
    }

    public void Dispose() => catalog.Changed -= OnChanged;

    private static bool IsScheduled(RingKey key) => key.Facts.Stored == StoredKeyState.DestroyScheduled;

    private void OnChanged(CatalogChange change)
    {
        if (change.Reset)
        {
            uids.Clear();
        }

        foreach (var view in change.Rings)
        {
            if (view.Keys.Any(IsScheduled))
            {
                uids[view.Ring.Uid] = 0;
            }
            else
            {
                uids.TryRemove(view.Ring.Uid, out _);
            }
        }
    }
}
