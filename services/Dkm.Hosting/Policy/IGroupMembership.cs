namespace Dkm.Hosting.Policy;

using System;
using Dkm.Core.Authorization;

/// <summary>The policy that this process decides by: Access's own, or a replica that follows Access.</summary>
public interface IGroupMembership
{
    /// <summary>The newest that is known; <see cref="PolicySnapshot.Empty"/> before the first.</summary>
    PolicySnapshot Current { get; }

    /// <summary>Whether a first snapshot has arrived. Until then nothing can be decided, which is not the same as denied.</summary>
    bool Ready { get; }

    /// <summary>When Access last confirmed with its store that <see cref="Current"/> is the newest.</summary>
    DateTimeOffset ConfirmTime { get; }

    /// <summary>
    /// How old that confirmation is, by wall clock or by monotonic clock, whichever says more: a clock set back makes nothing fresh.
    /// </summary>
    TimeSpan Age { get; }

    /// <summary>
    /// Access's time as it was last heard, and going on since by a clock that nobody sets: what elevations end by, so that a clock of this machine which is behind lengthens none. The
    /// minimum before the first.
    /// </summary>
    DateTimeOffset ClockTime { get; }

    /// <summary>
    /// Calls <paramref name="listener"/> with each new snapshot, in order, one at a time, until the answer is disposed of. It must be quick and must not throw.
    /// </summary>
    IDisposable OnChange(Action<PolicySnapshot> listener);
}
