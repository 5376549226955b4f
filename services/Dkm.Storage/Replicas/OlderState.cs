namespace Dkm.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;

/// <summary>
/// An older state that whoever runs this replica takes on purpose (<see cref="ServiceStoreOptions.AcceptVersion"/>): no replica is left that could write back what is missing. The
/// epoch rises, so that every other mark gives way, and so that the word given is good for this once.
/// </summary>
internal static class OlderState
{
    public static async Task AcceptAsync(ServiceContext context, CancellationToken cancellationToken)
    {
        var seen = context.HighWater.Highest;
        if (context.Options.AcceptVersion is not { } accepted || accepted >= seen)
        {
            return;
        }

        var entry = (await context.Store.GetAsync(context.Paths.Manifest, 0, cancellationToken)).Entry;
        await context.Keys.EnsureAsync(entry is null ? [] : [entry], cancellationToken);
        if (context.OpenManifest(entry, out var found) is not null || found!.Version != accepted)
        {
            // What is there instead is judged like anything else.
            return;
        }

        var version = new ManifestVersion(Math.Max(found.Version.Epoch, seen.Epoch) + 1, Math.Max(found.Version.Number, seen.Number) + 1);
        var raised = found with { Version = version, OperationId = Manifest.NewOperationId() };
        var value = context.Sealer.Seal(context.Keys.Find(found.StoreKey)!, context.Paths.Manifest, raised.Header, raised.ToBody());
        var commit = await context.Store.CommitAsync(
            new StoreTransaction
            {
                Compares = [StoreCompare.Unchanged(context.Paths.Manifest, entry!.ModRevision)],
                Puts = [new StorePut(context.Paths.Manifest, value)],
            },
            cancellationToken);
        if (commit.Succeeded)
        {
            Log.OlderAccepted(context.Logger, context.Paths.Service, accepted, seen, version);
        }
    }
}
