namespace Dkm.Hosting;

using System.Collections.Generic;
using System.Threading;
using Dkm.Core;

/// <summary>Counts by identity. An entry lives as long as the identity has a connection, so the table is no larger than what is connected.</summary>
internal sealed class IdentityQuotas(LimitOptions limits)
{
    private readonly Lock gate = new();
    private readonly Dictionary<SpiffeId, IdentityUse> uses = [];

    /// <summary>A connection more. <paramref name="allowed"/> says whether it is one too many; it is counted in any case.</summary>
    public IdentityUse Connect(SpiffeId id, out bool allowed)
    {
        lock (gate)
        {
            if (!uses.TryGetValue(id, out var use))
            {
                use = uses[id] = new IdentityUse(limits);
            }

            allowed = ++use.Connections <= limits.ConnectionsPerIdentity;
            return use;
        }
    }

    public void Disconnect(SpiffeId id)
    {
        lock (gate)
        {
            if (uses.TryGetValue(id, out var use) && --use.Connections == 0)
            {
                uses.Remove(id);
            }
        }
    }
}
