namespace Dkm.Access.Approvals;

using System;
using System.Collections.Generic;

/// <summary>What an elevation allows.</summary>
/// <param name="Group">The name of the WORKLOAD group, for people.</param>
/// <param name="GroupUid">The very group.</param>
/// <param name="Duration">From the last approval to the end.</param>
/// <param name="KeyRings">Only these, in ascending byte order; empty: every ring that the group is bound to.</param>
/// <param name="MaximumOperations">0: any number.</param>
internal sealed record ElevationTerms(string Group, string GroupUid, TimeSpan Duration, IReadOnlyList<string> KeyRings, long MaximumOperations);
