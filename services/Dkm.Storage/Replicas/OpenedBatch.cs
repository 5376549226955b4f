namespace Dkm.Storage;

using System.Collections.Generic;

/// <summary>One revision's changes under the service's prefix, opened; what goes with a lease left out.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Manifest">The manifest that came with it; null if none did.</param>
/// <param name="Puts">Records written.</param>
/// <param name="Deletes">Paths of records deleted.</param>
/// <param name="Refusals">What did not open, and store keys that were touched.</param>
internal sealed record OpenedBatch(
    long Revision, Manifest? Manifest, IReadOnlyList<OpenedRecord> Puts, IReadOnlyList<string> Deletes, IReadOnlyList<Refusal> Refusals)
{
    public bool IsEmpty => Manifest is null && Puts.Count == 0 && Deletes.Count == 0 && Refusals.Count == 0;

    public bool IsNewEpoch(ManifestVersion held) => Manifest is not null && Manifest.Version.Epoch > held.Epoch;

    public static OpenedBatch Open(ServiceContext context, StoreWatchBatch batch)
    {
        Manifest? manifest = null;
        var puts = new List<OpenedRecord>();
        var deletes = new List<string>();
        var refusals = new List<Refusal>();
        foreach (var change in batch.Events)
        {
            var path = context.Paths.Relative(change.Path);
            Refusal? refusal = null;
            switch (ServicePaths.Classify(path))
            {
                case PathKind.Manifest:
                    refusal = context.OpenManifest(change.Entry, out manifest);
                    break;
                case PathKind.StoreKey:
                    refusal = context.Keys.Check(path, change.Entry);
                    break;
                case PathKind.Record when change.Entry is null:
                    deletes.Add(path);
                    break;
                case PathKind.Record:
                    refusal = context.Sealer.Open(context.Keys, change.Entry, path, out var record);
                    if (record is not null)
                    {
                        puts.Add(record);
                    }

                    break;
                default:
                    break;
            }

            if (refusal is not null)
            {
                refusals.Add(refusal);
            }
        }

        return new OpenedBatch(batch.Revision, manifest, puts, deletes, refusals);
    }
}
