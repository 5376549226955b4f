namespace Dkm.Crypto.Operations;

using System;
using Dkm.Hosting.Policy;

/// <summary>The time that elevations end by: the later of our clock and Access's as it was heard, whichever comes to the end first.</summary>
internal sealed class ElevationClock(IGroupMembership policy, TimeProvider time)
{
    /// <summary>How far this machine's clock may be behind Access's for an elevated caller to be served.</summary>
    public static readonly TimeSpan MaximumSkew = TimeSpan.FromSeconds(5);

    public DateTimeOffset Now
    {
        get
        {
            var (own, heard) = (time.GetUtcNow(), policy.ClockTime);
            return own > heard ? own : heard;
        }
    }

    public bool IsBehind => policy.ClockTime - time.GetUtcNow() > MaximumSkew;
}
