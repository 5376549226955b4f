namespace Dkm.Storage;

using System.Collections.Generic;
using System.Linq;

/// <summary>The pure decision on one batch of the watch. Only what the sealed manifest vouches for gets in.</summary>
/// <param name="Verdict">What to do.</param>
/// <param name="Why">For people; null if there is nothing to say.</param>
internal sealed record BatchDecision(BatchVerdict Verdict, string? Why = null)
{
    public static readonly BatchDecision Ignored = new(BatchVerdict.Ignore);

    private static readonly BatchDecision Accepted = new(BatchVerdict.Accept);

    public static BatchDecision Judge(ReplicaState state, OpenedBatch batch, StoreKey? digestKey, ServiceStoreOptions options)
    {
        if (batch.IsEmpty || batch.Revision <= state.VerifiedRevision)
        {
            return Ignored;
        }

        if (batch.Refusals.Count > 0)
        {
            return Refuse(batch.Refusals.Select(refusal => refusal with { Expected = refusal.Expected ?? Expected(state, refusal.Path) }));
        }

        if (batch.Manifest is not { } manifest)
        {
            return Refuse(Unaccompanied(state, batch));
        }

        var held = state.Manifest!;
        return held.Judge(manifest) switch
        {
            // Our own write, applied before the watch told of it.
            ManifestRelation.Same when batch.Revision == state.ManifestRevision => Ignored,
            ManifestRelation.Same => new(BatchVerdict.Snapshot, "the manifest was written again"),
            ManifestRelation.Behind when batch.Revision < state.ManifestRevision => Ignored,
            ManifestRelation.Behind => Refuse([RolledBack(held.Version, manifest)]),
            ManifestRelation.Fork => Refuse([Forked(held)]),
            ManifestRelation.Next when Vanishing(state, batch, options).ToList() is { Count: > 0 } vanishing => Refuse(vanishing),
            ManifestRelation.Next when digestKey is not null && AddsUp(state, batch, manifest, digestKey) => Accepted,
            ManifestRelation.Next => new(BatchVerdict.Snapshot, $"the change to {manifest.Version} does not add up"),
            _ => new(BatchVerdict.Snapshot, $"changes between {held.Version} and {manifest.Version} are missing"),
        };
    }

    public static Refusal RolledBack(ManifestVersion held, Manifest found) =>
        new("manifest", $"version {held} or newer", $"version {found.Version} (an older state was put back)");

    public static Refusal Forked(Manifest held) =>
        new("manifest", $"version {held.Version} as it was read before", "another one of the same version (two histories)");

    public static string Expected(ReplicaState state, string path) =>
        state.Find(path) is { } facts ? $"version {facts.Version}" : ServicePaths.Classify(path) == PathKind.Record ? "nothing" : "what was there";

    private static IEnumerable<Refusal> Vanishing(ReplicaState state, OpenedBatch batch, ServiceStoreOptions options) =>
        batch.Deletes.Where(path => options.IsNeverDeleted(path) && state.Find(path) is not null)
            .Select(path => SnapshotDecision.Vanished(path, state.Find(path)!.Value.Version));

    private static bool AddsUp(ReplicaState state, OpenedBatch batch, Manifest manifest, StoreKey key)
    {
        var digest = state.Manifest!.Digest;
        var count = state.Manifest.Count;
        foreach (var path in batch.Puts.Select(put => put.Path).Concat(batch.Deletes))
        {
            if (state.Find(path) is { } old)
            {
                digest -= MultisetDigest.Of(key, path, old.Version, old.Stamp);
                count--;
            }
        }

        foreach (var put in batch.Puts)
        {
            digest += MultisetDigest.Of(key, put.Path, put.Header.Version, put.Stamp);
            count++;
        }

        return digest == manifest.Digest && count == manifest.Count;
    }

    private static IEnumerable<Refusal> Unaccompanied(ReplicaState state, OpenedBatch batch) =>
        batch.Deletes.Select(path => new Refusal(path, Expected(state, path), "nothing (deleted without the manifest)"))
            .Concat(batch.Puts.Select(put => new Refusal(
                put.Path, Expected(state, put.Path), $"version {put.Header.Version} (written without the manifest)")));

    private static BatchDecision Refuse(IEnumerable<Refusal> refusals) => new(BatchVerdict.Refuse, Refusal.Describe(refusals.ToList()));
}
