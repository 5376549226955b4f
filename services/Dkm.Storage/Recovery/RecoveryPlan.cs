namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>
/// What one replica has to do so that the store holds again what it holds, and what others wrote since. Pure, and made anew after each step: when there is
/// nothing left to write, the manifest of the next epoch makes it valid, and not before.
/// </summary>
/// <param name="Puts">Paths to write back as they are held.</param>
/// <param name="Deletes">Paths to delete.</param>
/// <param name="Version">Of the manifest to come; its number is also that of the records written back.</param>
internal sealed record RecoveryPlan(IReadOnlyList<string> Puts, IReadOnlyList<string> Deletes, ManifestVersion Version)
{
    public bool IsDone => Puts.Count == 0 && Deletes.Count == 0;

    /// <param name="held">The manifest that is held.</param>
    /// <param name="records">The records that are held.</param>
    /// <param name="found">What is in the store.</param>
    /// <param name="trusted">Whether what is in the store added up to its manifest before we began.</param>
    /// <param name="seen">The highest version seen.</param>
    /// <param name="options">Which records are never deleted.</param>
    /// <exception cref="Dkm.Core.DkmException">
    /// STORE_REFUSED: the store is ahead of this replica and does not add up; which of its records are honest cannot be told here.
    /// </exception>
    public static RecoveryPlan Make(
        Manifest held, IReadOnlyDictionary<string, RecordFacts> records, FoundRecords found, bool trusted, ManifestVersion seen, ServiceStoreOptions options)
    {
        var ahead = found.Manifest is { } manifest && manifest.Version > held.Version;
        if (ahead && !trusted)
        {
            throw StoreErrors.Refused(
                $"the store is at {found.Manifest!.Version} and does not add up, and this replica holds {held.Version}: a replica that holds the newer version has to recover");
        }

        var puts = records.Where(pair => IsWrittenBack(pair.Key, pair.Value, found, ahead, options)).Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal);
        var deletes = found.Records
            .Where(pair => !puts.Contains(pair.Key) && (!pair.Value.Opens || (!records.ContainsKey(pair.Key) && IsDeleted(pair.Key, pair.Value, held, ahead, options))))
            .Select(pair => pair.Key)
            .ToList();
        return new RecoveryPlan([.. puts], deletes, Next(held, found, seen));
    }

    private static bool IsWrittenBack(string path, RecordFacts held, FoundRecords found, bool ahead, ServiceStoreOptions options)
    {
        if (found.Records.TryGetValue(path, out var there) && there.Opens)
        {
            return there.Version < held.Version || (there.Version == held.Version && there.Stamp != held.Stamp);
        }

        // Where others went on without us, what is gone may have been deleted by them, and nobody's rights come back by a recovery.
        return !ahead || options.IsNeverDeleted(path);
    }

    /// <summary>What is not held was deleted, or comes from somebody who went on from the older state; of that only what is never deleted is kept for sure.</summary>
    private static bool IsDeleted(string path, FoundRecord there, Manifest held, bool ahead, ServiceStoreOptions options) =>
        !ahead && there.Version <= held.Version.Number && !options.IsNeverDeleted(path);

    /// <summary>Above everything that any manifest or record ever said.</summary>
    private static ManifestVersion Next(Manifest held, FoundRecords found, ManifestVersion seen)
    {
        var there = found.Manifest?.Version ?? default;
        var records = found.Records.Count == 0 ? 0 : found.Records.Values.Max(record => record.Version);
        return new ManifestVersion(
            Math.Max(held.Version.Epoch, Math.Max(there.Epoch, seen.Epoch)) + 1,
            Math.Max(Math.Max(held.Version.Number, records), Math.Max(there.Number, seen.Number)) + 1);
    }
}
