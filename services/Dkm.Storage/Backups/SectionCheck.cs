namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Backups;

/// <summary>
/// Verifies a section with the keys that are in it, before anything of it is written: the roots are here, the manifest opens, each record opens under its path, they add up, and the
/// MAC over all of it is right. Answers the manifest.
/// </summary>
internal static class SectionCheck
{
    /// <exception cref="DkmException">INVALID_ARGUMENT BACKUP_INVALID; FAILED_PRECONDITION ROOT_DENIED or UPGRADE_IN_PROGRESS; UNAVAILABLE.</exception>
    public static async Task<Manifest> RunAsync(
        ServiceContext context, SectionOutline outline, SectionSpool spool, IRootProvider root, CancellationToken cancellationToken)
    {
        await TakeStoreKeysAsync(context, outline, root, cancellationToken);
        var entry = new StoreEntry(context.Paths.Manifest, outline.Manifest, 0, 0, 0);
        if (context.OpenManifest(entry, out var manifest) is { } refusal)
        {
            throw Invalid(context, refusal);
        }

        if (manifest!.MinWriter > context.Options.WriterVersion)
        {
            throw StoreErrors.Upgrade($"these records ask for writers of version {manifest.MinWriter}; this is version {context.Options.WriterVersion}");
        }

        if (manifest.Version != new ManifestVersion(outline.Header.Epoch, outline.Header.Number))
        {
            throw Invalid(context, $"the header says version {outline.Header.Epoch}.{outline.Header.Number}, and the manifest {manifest.Version}");
        }

        AddUp(context, outline, spool, root, entry, manifest, cancellationToken);
        return manifest;
    }

    private static async Task TakeStoreKeysAsync(ServiceContext context, SectionOutline outline, IRootProvider root, CancellationToken cancellationToken)
    {
        var needed = outline.StoreKeys.ToDictionary(
            pair => pair.Key,
            pair => WrappedStoreKey.Read(pair.Value)?.RootId ?? throw Invalid(context, $"sealing/{pair.Key} is no wrapped store key"));
        if (needed.Values.Any(id => !string.Equals(id, root.Id, StringComparison.Ordinal)))
        {
            throw MissingRoot(context, needed.Values.Concat(outline.Header.RootIds), root);
        }

        foreach (var (id, stored) in outline.StoreKeys)
        {
            try
            {
                await context.Keys.TakeAsync(id, stored, cancellationToken);
            }
            catch (DkmException e) when (e.Reason == Reasons.RootDenied)
            {
                // The root is the right one by its id, which is made from the root itself.
                throw Invalid(context, $"sealing/{id} does not open: altered");
            }
        }
    }

    private static void AddUp(
        ServiceContext context, SectionOutline outline, SectionSpool spool, IRootProvider root, StoreEntry entry, Manifest manifest, CancellationToken cancellationToken)
    {
        var key = context.Keys.Find(manifest.StoreKey)!;
        using var reader = key.Backup.Read();
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, reader.Span);
        var snapshot = new Snapshot(0, entry, manifest, key);
        foreach (var frame in spool.Frames().TakeWhile(frame => frame.Part != BackupPart.Trailer))
        {
            cancellationToken.ThrowIfCancellationRequested();
            mac.AppendData(frame.Bytes);
            if (frame.Part == BackupPart.Entry && SectionOutline.ReadEntry(context.Paths.Service, frame) is var one && ServicePaths.Classify(one.Path) == PathKind.Record)
            {
                var record = Open(context, one.Path, one.Value.Memory);
                snapshot.Add(record, MultisetDigest.Of(key, record.Path, record.Header.Version, record.Stamp));
                DemandRoot(context, record, root);
            }
        }

        if (snapshot.Refusals.Count > 0)
        {
            throw Invalid(context, snapshot.Refusals[0]);
        }

        if (!snapshot.AddsUp)
        {
            throw Invalid(context, $"its {snapshot.Count} records do not add up to manifest {manifest.Version} of {manifest.Count} records: some are missing, or of another time");
        }

        if (!CryptographicOperations.FixedTimeEquals(mac.GetHashAndReset(), outline.Mac))
        {
            throw Invalid(context, "the trailer's MAC is not that of its header and entries");
        }
    }

    /// <exception cref="DkmException">INVALID_ARGUMENT BACKUP_INVALID; FAILED_PRECONDITION UPGRADE_IN_PROGRESS.</exception>
    public static OpenedRecord Open(ServiceContext context, string path, ReadOnlyMemory<byte> value) =>
        context.Sealer.Open(context.Keys, new StoreEntry(context.Paths.Full(path), value, 0, 0, 0), path, out var record) is { } refusal
            ? throw Invalid(context, refusal)
            : record!;

    private static void DemandRoot(ServiceContext context, OpenedRecord record, IRootProvider root)
    {
        if (context.Options.RecordRoots is { } rooted && record.Path.StartsWith(rooted.Folder, StringComparison.Ordinal)
            && rooted.Read(record.ToRecord()) is var ids && !ids.Contains(root.Id, StringComparer.Ordinal))
        {
            throw MissingRoot(context, ids, root);
        }
    }

    private static DkmException MissingRoot(ServiceContext context, IEnumerable<string> needed, IRootProvider root) => new(
        ErrorKind.FailedPrecondition,
        Reasons.RootDenied,
        $"the {context.Paths.Service} section of this backup needs {string.Join(", ", needed.Distinct().Order(StringComparer.Ordinal).Select(id => $"root {id}"))}, and the root given is {root.Id}");

    private static DkmException Invalid(ServiceContext context, Refusal refusal) =>
        refusal.Upgrade ? StoreErrors.Upgrade(refusal.ToString()) : Invalid(context, refusal.ToString());

    private static DkmException Invalid(ServiceContext context, string what) => StoreErrors.BackupInvalid(context.Paths.Service, what);
}
