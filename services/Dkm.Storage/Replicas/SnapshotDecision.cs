namespace Dkm.Storage;

using System.Collections.Generic;
using System.Linq;

/// <summary>The pure decision on a snapshot.</summary>
/// <param name="Verdict">What to do.</param>
/// <param name="Refusals">What is wrong; empty also if it does not add up and what is held does not tell why.</param>
internal sealed record SnapshotDecision(SnapshotVerdict Verdict, IReadOnlyList<Refusal> Refusals)
{
    /// <param name="state">What is held.</param>
    /// <param name="snapshot">What was read.</param>
    /// <param name="listing">The listing's number, by which <paramref name="state"/> knows what it met.</param>
    /// <param name="mark">What was known when the reading began.</param>
    /// <param name="options">Which records are never deleted.</param>
    public static SnapshotDecision Judge(ReplicaState state, Snapshot snapshot, int listing, ReplicaMark mark, ServiceStoreOptions options)
    {
        if (snapshot.Manifest is not { } manifest)
        {
            return Refuse(snapshot.Refusals);
        }

        if (manifest.Version < mark.Floor)
        {
            return Refuse([BatchDecision.RolledBack(mark.Floor, manifest)]);
        }

        // A new epoch may begin in a store that counts anew.
        if (snapshot.Revision < mark.ManifestRevision && manifest.Version.Epoch == mark.Version.Epoch)
        {
            return Refuse([new Refusal("manifest", $"the store at revision {mark.ManifestRevision} or later", $"revision {snapshot.Revision}")]);
        }

        var relation = state.Manifest?.Judge(manifest) ?? ManifestRelation.Ahead;
        var overtaken = relation == ManifestRelation.Behind;
        if (relation == ManifestRelation.Fork)
        {
            return Refuse([BatchDecision.Forked(state.Manifest!)]);
        }

        if (snapshot.Refusals.Count > 0)
        {
            return Refuse(snapshot.Refusals.Select(
                refusal => refusal with { Expected = refusal.Expected ?? BatchDecision.Expected(state, refusal.Path) }).ToList());
        }

        if (!snapshot.AddsUp)
        {
            return Refuse(overtaken ? [] : Differences(state, snapshot, relation == ManifestRelation.Same, listing).ToList());
        }

        if (overtaken)
        {
            return new(SnapshotVerdict.Overtaken, []);
        }

        var losses = Losses(state, snapshot, listing, manifest.Version.Epoch == state.Manifest?.Version.Epoch, options).ToList();
        return losses.Count > 0 ? Refuse(losses) : new(SnapshotVerdict.Adopt, []);
    }

    /// <summary>
    /// A store that was put back and then written on by a replica which never saw the newest state adds up under a newer manifest. What tells it is what it
    /// lacks: in one history no record's version goes down, and some records are never deleted, in no epoch.
    /// </summary>
    private static IEnumerable<Refusal> Losses(ReplicaState state, Snapshot snapshot, int listing, bool sameEpoch, ServiceStoreOptions options)
    {
        foreach (var found in snapshot.Changed)
        {
            if (state.Find(found.Path) is { } held && found.Header.Version < held.Version && (sameEpoch || options.IsNeverDeleted(found.Path)))
            {
                yield return new Refusal(found.Path, $"version {held.Version}", $"version {found.Header.Version} (an older state was put back and written on)");
            }
        }

        if (options.NeverDeleted.Count == 0)
        {
            yield break;
        }

        foreach (var (path, facts) in state.Records)
        {
            if (facts.Listing != listing && options.IsNeverDeleted(path))
            {
                yield return Vanished(path, facts.Version);
            }
        }
    }

    public static Refusal Vanished(string path, long version) =>
        new(path, $"version {version}", "nothing, and such records are never deleted (an older state was put back and written on)");

    /// <summary>
    /// Under the same manifest every difference is wrong. Under a newer one only a version that went down is surely so; the rest may be changes.
    /// </summary>
    private static IEnumerable<Refusal> Differences(ReplicaState state, Snapshot snapshot, bool same, int listing)
    {
        foreach (var found in snapshot.Changed)
        {
            var held = state.Find(found.Path);
            if (held is { } facts && found.Header.Version < facts.Version)
            {
                yield return new Refusal(found.Path, $"version {facts.Version}", $"version {found.Header.Version} (an older one was put back)");
            }
            else if (same && held is null)
            {
                yield return new Refusal(found.Path, "nothing", $"version {found.Header.Version} (a deleted record was put back)");
            }
            else if (same && held is { } other && !other.IsSameSealing(found))
            {
                yield return new Refusal(found.Path, $"version {other.Version}", $"another record, of version {found.Header.Version}");
            }
        }

        foreach (var (path, facts) in same ? state.Records : [])
        {
            if (facts.Listing != listing)
            {
                yield return new Refusal(path, $"version {facts.Version}", "nothing (deleted)");
            }
        }
    }

    private static SnapshotDecision Refuse(IReadOnlyList<Refusal> refusals) => new(SnapshotVerdict.Refuse, refusals);
}
