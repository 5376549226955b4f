namespace Dkm.KeyRing.Keys.States;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.KeyRing.Distribution.Holders;

/// <summary>
/// When material goes for good. One clock that runs ahead must not be enough to destroy what could have been restored for another month, so a second replica's has to say
/// the same (DESIGN section 5); and neither is one that is behind when the destruction is scheduled, so the leader reckons the delay once more. Pure.
/// </summary>
internal static class DestroyRule
{
    /// <summary>How far the two clocks may be apart, the second's being some seconds old when it is read included.</summary>
    public static readonly TimeSpan Agreement = TimeSpan.FromSeconds(5);

    /// <summary>
    /// When the destruction is due instead, if whoever scheduled it did so by a clock that is behind: then the delay would be over before anybody could undo it. Only ever
    /// later.
    /// </summary>
    /// <param name="due">The time of the destruction, by the clock of the replica that was asked for it.</param>
    /// <param name="reckoned">The same delay from when the leader saw it come; null if it did not.</param>
    public static DateTimeOffset? PutOff(DateTimeOffset due, DateTimeOffset? reckoned) => reckoned - due > Agreement ? reckoned : null;

    /// <param name="due">The time of the destruction.</param>
    /// <param name="now">The leader's clock.</param>
    /// <param name="others">The clocks of the other replicas that live.</param>
    /// <param name="aloneByDesign">The store is one that no other process can open: then one clock decides, unless there is another all the same.</param>
    public static DestroyVerdict Judge(DateTimeOffset due, DateTimeOffset now, IReadOnlyCollection<ReplicaClock> others, bool aloneByDesign)
    {
        if (now < due)
        {
            return DestroyVerdict.NotYet;
        }

        if (others.Count == 0)
        {
            return aloneByDesign ? DestroyVerdict.Due : DestroyVerdict.NoSecondClock;
        }

        return others.Any(other => other.Time >= due && (now - other.Time).Duration() <= Agreement) ? DestroyVerdict.Due : DestroyVerdict.ClocksDisagree;
    }
}
