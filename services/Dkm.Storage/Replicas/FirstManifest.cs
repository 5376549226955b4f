namespace Dkm.Storage;

using System.Threading;
using System.Threading.Tasks;

/// <summary>
/// Makes the store key and the manifest of no records, in one transaction, where there is nothing at all yet. Records without a manifest are not a
/// new installation but one whose manifest was taken away.
/// </summary>
internal static class FirstManifest
{
    public static async Task EnsureAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        var read = await context.Store.GetAsync(context.Paths.Manifest, 0, cancellationToken);
        if (read.Entry is not null)
        {
            return;
        }

        if (context.HighWater.Highest is { Number: > 0 } seen)
        {
            throw StoreErrors.Refused($"manifest: expected version {seen} or newer, which was seen before, found nothing (deleted, or another store)");
        }

        await RefuseLeftoversAsync(context, read.Revision, cancellationToken);
        var key = await context.Keys.CreateAsync(context.Now, cancellationToken);
        var manifest = new Manifest(new ManifestVersion(1, 1), 0, default, Manifest.NewOperationId(), key.Id);
        var value = context.Sealer.Seal(key, context.Paths.Manifest, manifest.Header, manifest.ToBody());
        var commit = await context.Store.CommitAsync(
            new StoreTransaction
            {
                Compares = [StoreCompare.Absent(context.Paths.Manifest)],
                Puts = [new StorePut(context.Paths.StoreKey(key.Id), key.Stored), new StorePut(context.Paths.Manifest, value)],
            },
            cancellationToken);
        if (!commit.Succeeded)
        {
            // Another replica was first: its key counts, and ours must not be missed by the snapshot.
            context.Keys.Forget(key);
        }
    }

    private static async Task RefuseLeftoversAsync(ServiceContext context, long revision, CancellationToken cancellationToken)
    {
        await foreach (var entry in new PageFeed(context, context.Paths.Prefix, revision).EntriesAsync(cancellationToken))
        {
            if (context.Paths.Relative(entry.Path) is var leftover && ServicePaths.Classify(leftover) != PathKind.Leased)
            {
                throw StoreErrors.Refused($"manifest: expected the manifest of what is there ({leftover} for one), found nothing (deleted)");
            }
        }
    }
}
