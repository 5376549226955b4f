namespace Dkm.KeyRing.Distribution.Holders;

using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.KeyRing.Rings;

/// <summary>Who holds a ring: the streams of this replica.</summary>
internal sealed class HolderDirectory(HolderRegistry registry)
{
    public Task<IReadOnlyList<LiveHolder>> OfAsync(RingView view, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<LiveHolder>>([.. registry.Holders(view.Ring.Name).Select(held => new LiveHolder(
            held.Stream.Caller,
            held.Ring.AcknowledgedRevision,
            held.Stream.ConnectTime,
            held.Ring.LeaseStart == default ? null : held.Ring.LeaseStart,
            string.Empty))]);
    }
}
