namespace Dkm.Storage;

using System.Collections.Generic;
using System.Linq;

/// <summary>What a commit stands on: the manifest that it will compare, and its targets as they are held.</summary>
internal sealed record CommitBasis(Manifest Manifest, long ManifestRevision, IReadOnlyDictionary<string, RecordFacts> Targets)
{
    /// <exception cref="Dkm.Core.DkmException">LOST_RACE or UPGRADE_IN_PROGRESS, naming the record.</exception>
    public static CommitBasis Take(ReplicaState state, RecordChanges changes, int writerVersion)
    {
        var manifest = state.Manifest!;
        if (manifest.MinWriter > writerVersion)
        {
            throw StoreErrors.Upgrade($"these records ask for writers of version {manifest.MinWriter}; this is version {writerVersion}");
        }

        if (changes.Version is { } wanted && wanted != manifest.Version)
        {
            throw StoreErrors.LostRace($"the records are at {manifest.Version}, not at {wanted}");
        }

        var targets = new Dictionary<string, RecordFacts>(System.StringComparer.Ordinal);
        foreach (var (path, expected) in changes.Targets)
        {
            var facts = state.Find(path);
            if ((facts?.Version ?? 0) != expected)
            {
                throw StoreErrors.LostRace($"{path} is at version {facts?.Version ?? 0}, not at {expected}");
            }

            if (facts is { } held)
            {
                targets[path] = held;
            }
        }

        foreach (var path in changes.Written.Where(path => targets.TryGetValue(path, out var facts) && facts.MinWriter > writerVersion))
        {
            throw StoreErrors.Upgrade($"{path} asks for writers of version {targets[path].MinWriter}; this is version {writerVersion}");
        }

        return new CommitBasis(manifest, state.ManifestRevision, targets);
    }
}
