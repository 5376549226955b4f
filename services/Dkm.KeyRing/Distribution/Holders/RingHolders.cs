namespace Dkm.KeyRing.Distribution.Holders;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core.Authorization;

/// <summary>Who holds a ring, as far as it is known.</summary>
/// <param name="Live">One for each process.</param>
/// <param name="Omitted">Those that a replica has counted and could not name.</param>
internal sealed record RingHolders(IReadOnlyList<LiveHolder> Live, HolderCount Omitted)
{
    public HolderCount All => Count(_ => true);

    /// <summary>How many may lose the ring: whoever is not named may be one that does.</summary>
    public HolderCount Losing(Func<LiveHolder, bool> loses) => Count(loses);

    public RingHolders And(RingHolders others) => new(
        [.. Live, .. others.Live], new(Omitted.Processes + others.Omitted.Processes, Omitted.Identities + others.Omitted.Identities));

    private HolderCount Count(Func<LiveHolder, bool> which)
    {
        var named = HolderCount.Of([.. Live.Where(which).Select(holder => holder.Identity.ToString())]);
        return new(named.Processes + Omitted.Processes, named.Identities + Omitted.Identities);
    }
}
