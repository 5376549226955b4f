namespace Dkm.UnitTests.Model;

using System.Collections.Generic;

/// <summary>What a holder does: it hears of keys, and uses its primary for as long as it has a lease.</summary>
internal sealed class HolderSteps(Guard guards, Scope scope)
{
    public IEnumerable<(string Step, ModelState State)> Of(ModelState state, int h)
    {
        // One holder goes from replica to replica, the other stays where it is.
        for (var r = h; r < 2; r++)
        {
            var replica = state.Replica(r);
            if (replica is { Keys: not null, Pending: not { Sent: true } }
                && (!guards.HasFlag(Guard.Freshness) || (replica.Confirmed >= 0 && state.Now - replica.Confirmed <= ModelTimes.RefreshBound))
                && Heard(state, h, r) is { } heard)
            {
                yield return ($"holder {h} hears replica {r}", heard);
            }
        }

        if (state.Faults < scope.Faults && state.Holder(h).Back == 0)
        {
            var back = Look(state.With(h, state.Holder(h) with { Back = ModelTimes.SetBack }) with { Faults = state.Faults + 1 }, out _);
            yield return ($"holder {h}'s clock is set back", back);
        }
    }

    /// <summary>Each holder with a lease looks for its primary, and uses it.</summary>
    public ModelState Look(ModelState state, out string? trouble)
    {
        trouble = null;
        for (var h = 0; h < 2; h++)
        {
            var holder = state.Holder(h);
            var wall = state.Now + (h * ModelTimes.Skew) - holder.Back;
            if (wall >= holder.WallEnd || (guards.HasFlag(Guard.BootClockLease) && state.Now >= holder.BootEnd))
            {
                // Over for good, unless its clock can still be set back.
                var final = guards.HasFlag(Guard.BootClockLease) || holder.Back > 0;
                state = final ? state.With(h, holder with { WallEnd = -1, BootEnd = -1 }) : state;
                continue;
            }

            // The fastest clock that is still right has this key as its primary by now.
            var scheduled = state.Store.Keys.Primary((state.Now + ModelTimes.Skew) * ModelTimes.Tick, null);
            if (state.Store.Branch == 0 && scheduled is { Slot: not ModelKey.AtOnce } due && (holder.Keys.Ids & (1UL << due.Id)) == 0)
            {
                trouble = $"holder {h} has a lease and lacks k{due.Id}, which is primary by schedule";
            }

            var seen = guards.HasFlag(Guard.NewestPrimarySeen) ? holder.Newest : null;
            if ((holder.Keys.Primary(wall * ModelTimes.Tick, seen) ?? holder.Keys.Primary((wall * ModelTimes.Tick) + 1, seen)) is not { } primary)
            {
                // A clock that is further back than any may be has not come to the first key's time, and after a fork a holder waits for a key that it may use.
                trouble ??= holder.Back == 0 && state.Store.Branch == 0 ? $"holder {h} has a lease and no primary" : null;
                continue;
            }

            if (holder.Newest?.Activate > primary.Activate)
            {
                trouble = $"holder {h} goes back from k{holder.Newest?.Id} to k{primary.Id}";
            }

            // Kept when it should go back, so that the state still shows it.
            state = state.With(h, holder with { Newest = holder.Newest?.Activate > primary.Activate ? holder.Newest : primary });
        }

        return state;
    }

    private ModelState? Heard(ModelState state, int h, int r)
    {
        var (holder, replica) = (state.Holder(h), state.Replica(r));
        if (replica.Version < holder.Version && guards.HasFlag(Guard.HighWaterMark))
        {
            return null;
        }

        var next = holder with
        {
            Version = replica.Version,
            Keys = replica.Keys!,
            WallEnd = (ModelTimes.Clock(state, r) / ModelTimes.Tick) + ModelTimes.KeyLease,
            BootEnd = state.Now + ModelTimes.KeyLease,
        };
        return next == holder ? null : Look(state.With(h, next) with { Delivered = state.Delivered | next.Keys.Ids }, out _);
    }
}
