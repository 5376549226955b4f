namespace Dkm.Client.KeySets;

using System.Collections.Generic;

/// <summary>Whether a key set is believed. Pure.</summary>
internal static class KeySetRule
{
    public static ApplyOutcome Judge(KeySetDelivery delivery, HeldRing ring, RingSnapshot? held, KnownRing? known, KeyIndex index)
    {
        if (delivery.Keys.Count == 0)
        {
            return ApplyOutcome.Empty;
        }

        if (known is not null)
        {
            if (known.Uid != delivery.Uid)
            {
                return ApplyOutcome.OtherUid;
            }

            if (delivery.Revision < known.Revision)
            {
                return ApplyOutcome.Older;
            }

            if (held is not null && delivery.Revision == known.Revision)
            {
                return ApplyOutcome.Confirmed;
            }
        }

        foreach (var key in delivery.Keys)
        {
            if (index.TryFind(key.Facts.Id, out var found) && !(ReferenceEquals(found.Ring, ring) && found.Key.IsSameKeyAs(key)))
            {
                return ApplyOutcome.OtherMaterial;
            }
        }

        return ApplyOutcome.Applied;
    }

    /// <summary>The key that is held already, with all that it has derived, or the one delivered.</summary>
    public static HeldKey KeepOrTake(IReadOnlyList<HeldKey> held, HeldKey delivered)
    {
        foreach (var key in held)
        {
            if (key.Facts == delivered.Facts)
            {
                delivered.Dispose();
                return key;
            }
        }

        return delivered;
    }
}
