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
/// ring rolls, or notes that it owes a key (<see cref="RollNowRule.AfterRemoval"/>); then the notes are brought up to date. A note is a record, so a removal is answered even
/// if no KeyRing ran when it happened. A leader that ends between rolls and notes leaves some rings to be answered once more.
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
    private const int NotesPerBatch = 50;
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

        var changed = Changed(policy).ToList();
        if (changed.Count > 0)
        {
            await AnswerAsync(changed, policy, fence, token);
        }

        compared = now;
    }

    private IEnumerable<(HoldGroup Group, ImmutableArray<ulong> Members)> Changed(PolicySnapshot policy)
    {
        foreach (var group in catalog.Content.HoldGroups.Values)
        {
            var members = HoldRule.Members(group.GroupUid, policy);
            if (!members.SequenceEqual(group.Members))
            {
                yield return (group, members);
            }
        }
    }

    /// <summary>All groups together: who leaves two of them at once makes each ring roll once.</summary>
    private async Task AnswerAsync(
        List<(HoldGroup Group, ImmutableArray<ulong> Members)> changed, PolicySnapshot policy, StoreCompare fence, CancellationToken token)
    {
        var gone = changed
            .Select(one => (one.Group.GroupUid, Gone: one.Group.Members.Except(one.Members).ToHashSet()))
            .Where(one => one.Gone.Count > 0)
            .ToDictionary(one => one.GroupUid, one => one.Gone, StringComparer.Ordinal);
        foreach (var views in (gone.Count == 0 ? [] : Affected(gone, policy)).Chunk(RingsPerBatch).ToList())
        {
            await RollAsync(views, fence, token);
        }

        foreach (var notes in changed.Select(one => one.Group with { Members = one.Members }).Chunk(NotesPerBatch))
        {
            await repository.CommitAsync([], fence, records => Note(records, notes), token);
        }
    }

    private IEnumerable<RingView> Affected(Dictionary<string, HashSet<ulong>> gone, PolicySnapshot policy)
    {
        foreach (var view in catalog.Content.ByUid.Values)
        {
            var lost = HoldRule.Groups(view.Ring.Bindings).SelectMany(uid => gone.GetValueOrDefault(uid) ?? []).ToHashSet();
            if (lost.Count > 0 && !lost.IsSubsetOf(HoldRule.Holders(view.Ring.Bindings, policy)))
            {
                yield return view;
            }
        }
    }

    private async Task RollAsync(RingView[] views, StoreCompare fence, CancellationToken token)
    {
        var last = timing.LastSend(time);
        var now = time.GetUtcNow();
        var changes = new List<RingChange>(views.Length);
        foreach (var view in views)
        {
            if (RollNowRule.AfterRemoval(view.Times(timing), now) is { IsNothing: false } step)
            {
                Log.HolderRemoved(logger, view.Ring.Name);
                changes.Add(await repository.PrepareAsync(view, view.Ring, step, now, token));
            }
        }

        await (changes.Count == 0 ? Task.CompletedTask : repository.CommitAsync(changes, fence, records => records.SendBefore(last), token));
    }

    private void Note(RecordChanges records, IEnumerable<HoldGroup> notes)
    {
        foreach (var note in notes)
        {
            records.Put(HoldGroup.Path(note.GroupUid), RecordTypes.HoldGroup, note.Write(repository.NewId()), note.RecordVersion);
        }
    }
}
