namespace Dkm.Core.Authorization;

using System;
using System.Collections.Generic;

/// <summary>An elevation in force as a decision sees it. Its terms never change.</summary>
/// <param name="Id">The last segment of the identity <c>/elevated/&lt;id&gt;</c>.</param>
/// <param name="Requester">The human who acts.</param>
/// <param name="Group">The name of the group that she acts as a member of, for people.</param>
/// <param name="GroupUid">The very group.</param>
/// <param name="KeyRings">Only these rings; empty: every ring that the group is bound to.</param>
/// <param name="MaximumOperations">At most so many operations; 0: any number.</param>
/// <param name="EndTime">When it ends, by whichever clock comes there first.</param>
/// <param name="Ticket">What it belongs to; may be empty.</param>
public sealed record ElevationEntry(
    string Id,
    SpiffeId Requester,
    string Group,
    string GroupUid,
    IReadOnlyList<string> KeyRings,
    long MaximumOperations,
    DateTimeOffset EndTime,
    string Ticket)
{
    /// <summary>Whether it is not over yet. <paramref name="now"/> is the later of the decider's own clock and Access's time as it was heard.</summary>
    public bool IsInForce(DateTimeOffset now) => now < EndTime;
}
