namespace Dkm.KeyRing.Distribution;

using System;
using System.Linq;
using Dkm.Core.Keys;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Dkm.KeyRing.V1;
using Google.Protobuf.WellKnownTypes;

/// <summary>A ring as this replica sees it now. Holders are those of this replica's own streams.</summary>
internal sealed class RingStatus(HolderRegistry registry, RolloverTiming timing, TimeProvider time)
{
    public KeyRingStatus Of(RingView view)
    {
        var now = time.GetUtcNow();
        var ring = view.Ring;
        var next = view.Next(now);
        var status = new KeyRingStatus
        {
            Name = ring.Name,
            PrimaryKey = view.Primary(now) is { } primary ? RingMessages.ToMessage(primary, view, now) : null,
            NextKey = next is null ? null : RingMessages.ToMessage(next, view, now),
            NextRolloverTime = next is null ? RolloverRule.NextKeyTime(view.Times(timing), now).ToTimestamp() : null,
            Revision = ring.Revision,
            EffectiveLead = Lead.Effective(ring.Policy, timing).ToDuration(),
            OldLeasesEndTime = ring.OldLeasesEnd > now ? ring.OldLeasesEnd.ToTimestamp() : null,
        };
        foreach (var (stream, wanted) in registry.Holders(ring.Name))
        {
            status.CurrentHolderCount += wanted.AcknowledgedRevision >= ring.Revision ? 1 : 0;
            status.Holders.Add(new Holder
            {
                Identity = stream.Caller.ToString(),
                AcknowledgedRevision = wanted.AcknowledgedRevision,
                ConnectTime = stream.ConnectTime.ToTimestamp(),
                LeaseEndTime = wanted.LeaseStart == default ? null : (wanted.LeaseStart + ring.Policy.KeyLease).ToTimestamp(),
            });
        }

        status.KeyCounts.Add(view.Keys
            .GroupBy(key => KeyStates.At(key.Facts, now))
            .OrderBy(group => group.Key)
            .Select(group => new KeyCount { State = RingMessages.ToMessage(group.Key), Count = group.Count() }));
        return status;
    }
}
