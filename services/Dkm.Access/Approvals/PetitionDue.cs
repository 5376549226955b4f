namespace Dkm.Access.Approvals;

using System;
using System.Collections.Generic;
using Dkm.Access.Records;

/// <summary>What the time has made due. Pure.</summary>
/// <param name="Ended">Lapsed and expired, as they shall be written.</param>
/// <param name="Forgotten">Ended so long ago that they leave the store; the audit keeps them.</param>
/// <param name="Time">Whether the highest time should be written, for the sake of those that are open.</param>
internal sealed record PetitionDue(IReadOnlyList<Petition> Ended, IReadOnlyList<Petition> Forgotten, bool Time)
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>How far the time in the store may lag behind while an elevation is in force: what a clock set back together with a restart of every replica can give at most.</summary>
    public static readonly TimeSpan ActiveLag = TimeSpan.FromSeconds(5);

    /// <summary>The same while something is only pending, for hours perhaps.</summary>
    public static readonly TimeSpan PendingLag = TimeSpan.FromMinutes(1);

    // What one commit takes, with room for the time.
    private const int MaximumAtOnce = 100;

    public bool IsNothing => Ended.Count + Forgotten.Count == 0 && !Time;

    public static PetitionDue At(AccessState state, DateTimeOffset now)
    {
        var ended = new List<Petition>();
        var forgotten = new List<Petition>();
        var lag = TimeSpan.MaxValue;
        foreach (var petition in state.Petitions.All)
        {
            if (ended.Count + forgotten.Count == MaximumAtOnce)
            {
                break;
            }

            var settled = PetitionRule.Settle(petition, now);
            lag = settled.State switch
            {
                PetitionState.Active => ActiveLag,
                PetitionState.Pending when lag > PendingLag => PendingLag,
                _ => lag,
            };
            if (!ReferenceEquals(settled, petition))
            {
                ended.Add(settled);
            }
            else if (petition.OverSince is { } over && now - over > Kept)
            {
                forgotten.Add(petition);
            }
        }

        return new PetitionDue(ended, forgotten, now - state.HighestTime >= lag);
    }
}
