namespace Dkm.KeyRing.Keys.States;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.KeyRing.Rings;

/// <summary>The rings in which a key is scheduled for destruction, so that nobody has to look for them among a million keys. Fed by the catalog.</summary>
internal sealed class ScheduledDestructions : IDisposable
{
    private readonly ConcurrentDictionary<string, byte> uids = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<KeyId, (DateTimeOffset Due, DateTimeOffset? Reckoned)> seen = new();
    private readonly RingCatalog catalog;
    private readonly TimeProvider time;

    public ScheduledDestructions(RingCatalog catalog, TimeProvider time)
    {
        this.catalog = catalog;
        this.time = time;
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

    /// <summary>Rings with keys that were scheduled by a clock behind ours, and when they are due by ours.</summary>
    public IEnumerable<(RingView View, IReadOnlyDictionary<KeyId, DateTimeOffset> Due)> TooEarly()
    {
        foreach (var uid in uids.Keys)
        {
            var late = catalog.Content.ByUid.TryGetValue(uid, out var view)
                ? view.Keys.Select(key => (key.Id, Due: PutOff(key))).Where(one => one.Due is not null).ToDictionary(one => one.Id, one => one.Due!.Value)
                : [];
            if (late.Count > 0)
            {
                yield return (view!, late);
            }
        }
    }

    public void Dispose() => catalog.Changed -= OnChanged;

    private static bool IsScheduled(RingKey key) => key.Facts.Stored == StoredKeyState.DestroyScheduled;

    private DateTimeOffset? PutOff(RingKey key) =>
        IsScheduled(key) && key.Mark?.DestroyTime is { } due && seen.TryGetValue(key.Id, out var known) && known.Due == due ? DestroyRule.PutOff(due, known.Reckoned) : null;

    /// <summary>Of what was scheduled before we looked, nothing is known but what its record says.</summary>
    private void See(RingKey key, bool reset)
    {
        if (!IsScheduled(key) || key.Mark is not { DestroyTime: { } due } mark)
        {
            seen.TryRemove(key.Id, out _);
        }
        else if (!seen.TryGetValue(key.Id, out var known) || known.Due != due)
        {
            seen[key.Id] = (due, reset ? null : time.GetUtcNow() + (due - mark.Time));
        }
    }

    private void OnChanged(CatalogChange change)
    {
        if (change.Reset)
        {
            uids.Clear();
        }

        foreach (var view in change.Rings)
        {
            foreach (var key in view.Keys)
            {
                See(key, change.Reset);
            }

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
