namespace Dkm.UnitTests.ApprovalModel;

using System;
using System.Collections.Generic;
using Dkm.Access.Approvals;
using Dkm.Core.Authorization;
using Dkm.UnitTests.Access;
using static Dkm.UnitTests.ApprovalModel.ModelCommandKind;

/// <summary>
/// Everything that can happen next, in any order: whatever is not taken is a pause or a lost message. The decisions are those that are shipped; the store compares as etcd does. That some replica
/// whose clock is right writes the highest time in every tick is taken for granted; what a longer silence gives is what THREAT_MODEL states.
/// </summary>
internal sealed class ApprovalModel
{
    private static readonly ModelCommand[] AtReplica0 =
    [
        new(Approve, 0, 0), new(Approve, 1, 0), new(Approve, 1, 1), new(Approve, 2, 0),
        new(Deny, 2, 0), new(Cancel, 0, 0), new(Revoke, 1, 0), new(Issue, 0, 1), new(Issue, 1, 1), new(Settle, 0, 0),
    ];

    private static readonly ModelCommand[] AtReplica1 = [new(Approve, 1, 0), new(Approve, 2, 0), new(Deny, 2, 0), new(Issue, 0, 2)];

    private readonly ApprovalGuard guards;
    private readonly ApprovalScope scope;
    private readonly ShippedDecisions decisions;

    public ApprovalModel(ApprovalGuard guards, ApprovalScope scope)
    {
        this.guards = guards;
        this.scope = scope;
        decisions = new ShippedDecisions(guards, scope);
    }

    public static ApprovalState Start { get; } = First();

    /// <summary>In a tick each has its turn, with as many steps as it likes or none: what two do in another order of one tick, they do in some order of two.</summary>
    public IEnumerable<(string Step, ApprovalState State)> Next(ApprovalState state)
    {
        if (state.Turn < 3)
        {
            yield return ("next", state with { Turn = state.Turn + 1 });
        }
        else if (state.Now < scope.Horizon)
        {
            yield return ("a tick passes", Pass(state));
        }

        var steps = state.Turn switch
        {
            0 => World(state),
            1 => Replica(state, 0),
            2 => Replica(state, 1),
            _ => Crypto(state),
        };
        foreach (var step in steps)
        {
            yield return step;
        }
    }

    private static ApprovalState First()
    {
        var store = new ModelStore(1, 1, ModelPetition.Fresh, 0, 1, 0);
        var replica = new ModelReplica(store, 0, 0, null);
        return new ApprovalState(0, 0, store, replica, replica, new ModelCrypto(-1, 0, 0), 0, -1, 0, null);
    }

    private ApprovalState Pass(ApprovalState state)
    {
        var now = state.Now + 1;
        return state with
        {
            Now = now,
            Turn = 0,
            Store = guards.HasFlag(ApprovalGuard.StoredTime) ? state.Store with { Highest = now } : state.Store,
            R0 = state.R0 with { Time = state.R0.Time + 1 },
            R1 = state.R1 with { Time = state.R1.Time + 1 },
            Crypto = state.Crypto with { Heard = state.Crypto.Heard + 1 },
        };
    }

    private IEnumerable<(string Step, ApprovalState State)> World(ApprovalState state)
    {
        if (state.Faults == scope.Faults)
        {
            yield break;
        }

        var more = state with { Faults = state.Faults + 1 };
        for (var person = 1; person <= 2; person++)
        {
            if ((state.Store.Left & person) == 0 && (person == 1 || !scope.Proposal))
            {
                yield return ($"person {person} leaves group {person}", more with { Store = state.Store with { Version = state.Store.Version + 1, Left = state.Store.Left | person } });
            }
        }

        if (scope.Proposal)
        {
            yield return ("somebody changes the object", more with { Store = state.Store with { Version = state.Store.Version + 1, Object = state.Store.Object + 1 } });
            yield break;
        }

        yield return ("replica 1's clock is set back", more with { R1 = state.R1 with { Back = ApprovalScope.SetBack } });
        yield return ("replica 1 is restarted with its clock set back", more with { R1 = new ModelReplica(state.Store, Restarted(state), ApprovalScope.SetBack, null) });
        yield return ("crypto's clock is set back", more with { Crypto = state.Crypto with { Back = ApprovalScope.SetBack } });
    }

    private static int Restarted(ApprovalState state) => Math.Max(state.Now - ApprovalScope.SetBack, state.Store.Highest);

    private IEnumerable<(string Step, ApprovalState State)> Replica(ApprovalState state, int r)
    {
        var replica = state.Replica(r);
        if (replica.Write is { } write)
        {
            yield return ($"replica {r} writes", Written(state, r, write));
            yield return ($"replica {r} gives its write up", state.With(r, replica with { Write = null }));
            yield break;
        }

        if (replica.Seen != state.Store)
        {
            yield return ($"replica {r} reads", state.With(r, replica with { Seen = state.Store, Time = Math.Max(replica.Time, state.Store.Highest) }));
        }

        var now = guards.HasFlag(ApprovalGuard.SeenTime) ? replica.Time : state.Now - replica.Back;
        foreach (var command in r == 0 ? AtReplica0 : AtReplica1)
        {
            var seen = replica.Seen;
            if (scope.Proposal && command.Kind is Issue or Revoke)
            {
                continue;
            }

            if (decisions.Decide(command, seen.Petition, seen.Left, seen.Object, now) is { } after && after != seen.Petition)
            {
                var late = command.Kind == Approve && state.Now >= ApprovalScope.PendingEnd;
                yield return ($"replica {r} decides {command}", state.With(r, replica with { Write = new ModelWrite(command, seen, after, late) }));
            }
        }
    }

    private ApprovalState Written(ApprovalState state, int r, ModelWrite write)
    {
        var (replica, store) = (state.Replica(r), state.Store);
        var idle = state.With(r, replica with { Write = null });
        var (version, record, basis) = (store.Version != write.Basis.Version, store.Record != write.Basis.Record, guards.HasFlag(ApprovalGuard.RecordCompare));
        if (basis && (record || (version && guards.HasFlag(ApprovalGuard.ManifestCompare))))
        {
            return idle;
        }

        // A proposal is applied to the object as it is.
        var applied = write.After.State == PetitionState.Applied;
        var next = new ModelStore(store.Version + 1, store.Record + 1, write.After, store.Left, applied ? store.Object + 1 : store.Object, store.Highest);
        var broken = state.Broken
            ?? (store.Petition.IsEnded ? $"what was {store.Petition.State} is {write.After.State}" : null)
            ?? (write.Late ? "an approval counts after the petition's time" : null)
            ?? (write.After.State is PetitionState.Active or PetitionState.Applied && store.Petition.State == PetitionState.Pending && !decisions.IsApproved(write.After, store.Left)
                ? $"{write.After.State} with too few distinct approvers" : null)
            ?? (applied && store.Object != 1 ? "applied to an object that is not the one that was approved" : null);
        var issued = write.Command.Kind == Issue ? state.Issued | (1 << ((write.Command.Person * 2) + write.Command.Value)) : state.Issued;
        broken ??= (issued & ~0b111) != 0 ? "a credential for another than the requester" : (issued & 0b110) == 0b110 ? "credentials for two keys" : null;
        return idle.With(r, replica with { Write = null, Seen = next }) with
        {
            Store = next,
            TrueStart = state.TrueStart < 0 && write.After.State == PetitionState.Active ? state.Now : state.TrueStart,
            Issued = issued,
            Broken = broken,
        };
    }

    private IEnumerable<(string Step, ApprovalState State)> Crypto(ApprovalState state)
    {
        // It follows replica 0; which one makes no difference to what it hears, only to when.
        var (petition, time) = (state.R0.Seen.Petition, state.R0.Time);
        var heard = state.Crypto with { End = petition.State == PetitionState.Active ? petition.End : -1, Heard = Math.Max(state.Crypto.Heard, time) };
        if (heard != state.Crypto)
        {
            yield return ("crypto hears replica 0", state with { Crypto = heard });
        }

        if (state.Crypto.End >= 0 && MayUse(state) && state.Now >= state.TrueStart + ApprovalScope.Duration)
        {
            yield return ("she works through crypto", state with { Broken = "it is used after its end" });
        }
    }

    /// <summary>The shipped judgement of the end.</summary>
    private bool MayUse(ApprovalState state)
    {
        var wall = state.Now - state.Crypto.Back;
        var now = guards.HasFlag(ApprovalGuard.HeardTime) ? Math.Max(wall, state.Crypto.Heard) : wall;
        var entry = new ElevationEntry("id", Groups.Human("r"), "workers", "uid-of-workers", [], 0, ShippedDecisions.At(state.Crypto.End), string.Empty);
        return !guards.HasFlag(ApprovalGuard.EndJudged) || entry.IsInForce(ShippedDecisions.At(now));
    }
}
