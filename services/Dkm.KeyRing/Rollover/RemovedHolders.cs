namespace Dkm.KeyRing.Rollover;

using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core.Authorization;
using Dkm.Hosting.Policy;
using Dkm.KeyRing.Rings;
using Dkm.Storage;
using Microsoft.Extensions.Logging;

/// <summary>
/// Compares the groups that are bound with <c>hold</c> with the note of who was in them. Where somebody is gone who held a ring by it and does not hold it otherwise, the
/// ring rolls; then the note is brought up to date. The note is a record, so a removal is answered even if no KeyRing ran when it happened, and once: the note changes
/// in the transaction of the last rolls.
/// </summary>
internal sealed class RemovedHolders(
    RingCatalog catalog,
    RingRepository repository,
    IGroupMembership membership,
    RolloverTiming timing,
    TimeProvider time,
    ILogger<RemovedHolders> logger)
{
    private const int RingsPerBatch = 20;

    /// <summary>Of a removal that is answered in part: which rings have rolled for it. A new leader rolls them once more.</summary>
    private readonly Dictionary<string, (ImmutableArray<ulong> Members, HashSet<string> Rings)> rolled = new(StringComparer.Ordinal);
    private (PolicyVersion Policy, CatalogContent Catalog, int Groups)? compared;

    public async Task RunAsync(StoreCompare fence, CancellationToken token)
    {
        if (!membership.Ready)
        {
            return;
        }

        var policy = membership.Current;
        var now = (policy.Version, catalog.Content, catalog.Content.HoldGroups.Count);
        if (compared == now)
        {
            return;
        }

        var answered = true;
        foreach (var group in catalog.Content.HoldGroups.Values)
        {
            var members = HoldRule.Members(group.GroupUid, policy);
            if (!members.SequenceEqual(group.Members))
            {
                answered &= await AnswerAsync(group, members, policy, fence, token);
            }
        }

        compared = answered ? now : null;
    }

    /// <returns>Whether it is answered, or waits for more of the same.</returns>
    private async Task<bool> AnswerAsync(
        HoldGroup group, ImmutableArray<ulong> members, PolicySnapshot policy, StoreCompare fence, CancellationToken token)
    {
        var gone = group.Members.Except(members).ToHashSet();
        var affected = gone.Count == 0 ? [] : Affected(group.GroupUid, gone, policy).ToList();
        var done = Rolled(group.GroupUid, members);
        affected.RemoveAll(view => done.Contains(view.Ring.Uid));

        // Ring by ring: one that was rolled a moment ago, by whoever may, must not put off the others.
        var waiting = affected.RemoveAll(view => RollNowRule.WaitsForMore(view.Times(timing), time.GetUtcNow()));
        var rings = affected.Chunk(RingsPerBatch).ToList();
        if (waiting > 0)
        {
            foreach (var some in rings)
            {
                await RollAsync(some, note: null, fence, token);
                done.UnionWith(some.Select(view => view.Ring.Uid));
            }

            return false;
        }

        for (var i = 0; i < rings.Count; i++)
        {
            await RollAsync(rings[i], i == rings.Count - 1 ? group with { Members = members } : null, fence, token);
        }

        if (rings.Count == 0)
        {
            await RollAsync([], group with { Members = members }, fence, token);
        }

        rolled.Remove(group.GroupUid);
        return true;
    }

    private HashSet<string> Rolled(string groupUid, ImmutableArray<ulong> members)
    {
        if (!rolled.TryGetValue(groupUid, out var known) || !known.Members.SequenceEqual(members))
        {
            rolled[groupUid] = known = (members, []);
        }

        return known.Rings;
    }

    private IEnumerable<RingView> Affected(string groupUid, HashSet<ulong> gone, PolicySnapshot policy)
    {
        foreach (var view in catalog.Content.ByUid.Values)
        {
            if (HoldRule.Groups(view.Ring.Bindings).Contains(groupUid, StringComparer.Ordinal)
                && !gone.IsSubsetOf(HoldRule.Holders(view.Ring.Bindings, policy)))
            {
                yield return view;
            }
        }
    }

    private async Task RollAsync(RingView[] views, HoldGroup? note, StoreCompare fence, CancellationToken token)
    {
        var now = time.GetUtcNow();
        var changes = new List<RingChange>(views.Length);
        foreach (var view in views)
        {
            Log.HolderRemoved(logger, view.Ring.Name);
            changes.Add(await repository.PrepareAsync(view, view.Ring, RollNowRule.AfterRemoval(view.Times(timing), now), now, token));
        }

        await repository.CommitAsync(
            changes,
            fence,
            records => _ = note is null ? records : records.Put(HoldGroup.Path(note.GroupUid), RecordTypes.HoldGroup, note.Write(repository.NewId()), note.RecordVersion),
            token);
    }
}
