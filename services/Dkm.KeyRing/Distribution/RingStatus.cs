namespace Dkm.KeyRing.Distribution;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Core.Keys;
using Dkm.KeyRing.Distribution.Holders;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Dkm.KeyRing.V1;
using Google.Protobuf.WellKnownTypes;

/// <summary>A ring as this replica sees it now, with its holders on all replicas.</summary>
internal sealed class RingStatus(HolderDirectory directory, RolloverTiming timing, TimeProvider time)
{
    public async Task<KeyRingStatus> OfAsync(RingView view, CancellationToken token)
    {
        var (holders, missing) = await HoldersAsync(view, token);
        var now = time.GetUtcNow();
        var ring = view.Ring;
        var next = view.Next(now);
        var status = new KeyRingStatus
        {
            Name = ring.Name,
            PrimaryKey = view.Primary(now) is { } primary ? RingMessages.ToMessage(primary, view, now) : null,
            NextKey = next is null ? null : RingMessages.ToMessage(next, view, now),
            NextRolloverTime = next is null ? RolloverRule.NextKeyTime(view.Times(timing), now).ToTimestamp() : null,
            Revision = view.Revision,
            EffectiveLead = Lead.Effective(ring.Policy, timing).ToDuration(),
            OldLeasesEndTime = ring.OldLeasesEnd > now ? ring.OldLeasesEnd.ToTimestamp() : null,
            HoldersMissing = missing,
        };
        List(status, holders, ring.Policy.KeyLease);
        status.KeyCounts.Add(view.Keys
            .GroupBy(key => KeyStates.At(key.Facts, now))
            .OrderBy(group => group.Key)
            .Select(group => new KeyCount { State = RingMessages.ToMessage(group.Key), Count = group.Count() }));
        return status;
    }

    /// <summary>All are counted; listed are as many as a message has room for, which is some ten thousand.</summary>
    internal static void List(KeyRingStatus status, IReadOnlyCollection<LiveHolder> holders, TimeSpan keyLease)
    {
        status.HolderCount = holders.Count;
        status.CurrentHolderCount = holders.Count(holder => holder.Revision >= status.Revision);
        var messages = holders.Select(holder => new Holder
        {
            Identity = holder.Identity.ToString(),
            AcknowledgedRevision = holder.Revision,
            ConnectTime = holder.ConnectTime.ToTimestamp(),
            LeaseEndTime = (holder.LeaseStart + keyLease)?.ToTimestamp(),
            Replica = holder.Replica,
        });
        if (Paging.Fill(status.Holders, messages, int.MaxValue))
        {
            var rest = $"{holders.Count - status.Holders.Count} of {holders.Count} holders are not listed: an answer has no room for more";
            status.HoldersMissing = status.HoldersMissing.Length == 0 ? rest : $"{status.HoldersMissing}; {rest}";
        }
    }

    /// <summary>Status is wanted most when something is down: then what this replica knows itself, and why it is not all.</summary>
    private async Task<(IReadOnlyList<LiveHolder> Holders, string Missing)> HoldersAsync(RingView view, CancellationToken token)
    {
        try
        {
            var all = await directory.OfAsync(view, token);
            return (all.Live, all.Omitted.Processes == 0 ? string.Empty : Unnamed(all.Omitted));
        }
        catch (DkmException exception) when (exception.Kind is ErrorKind.Unavailable)
        {
            return ([.. directory.OwnOf(view.Ring.Name)], $"holders of other replicas are not known now ({exception.Reason}): {exception.Message}");
        }
    }

    private static string Unnamed(HolderCount omitted) => string.Create(
        CultureInfo.InvariantCulture,
        $"{omitted.Processes} holders at other replicas ({omitted.Identities} identities) are counted and not named: there are too many names for one record");
}
