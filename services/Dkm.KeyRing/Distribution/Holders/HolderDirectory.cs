namespace Dkm.KeyRing.Distribution.Holders;

using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.KeyRing.Rings;

/// <summary>Who holds a ring: by our own streams, and by what the other replicas tell of theirs.</summary>
internal sealed class HolderDirectory(HolderRegistry registry, ReplicaPresence presence)
{
    /// <exception cref="Dkm.Core.DkmException">UNAVAILABLE: the others' are not known.</exception>
    public async Task<RingHolders> OfAsync(RingView view, CancellationToken token) =>
        (await presence.OthersHoldersAsync(view.Ring.Uid, token)).Aggregate(new RingHolders([.. OwnOf(view.Ring.Name)], default), (all, others) => all.And(others));

    public IEnumerable<LiveHolder> OwnOf(string ring) => registry.Holders(ring).Select(held => new LiveHolder(
        held.Stream.Caller,
        held.Ring.AcknowledgedRevision,
        held.Stream.ConnectTime,
        held.Ring.LeaseStart == default ? null : held.Ring.LeaseStart,
        presence.Name));
}
