namespace Dkm.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;

/// <summary>Reads a single record and holds it against what the replica knows of it.</summary>
internal static class RecordReader
{
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(ServiceContext context, Replica replica, string path, CancellationToken cancellationToken)
    {
        context.Paths.CheckRecord(path);
        var entry = (await context.Store.GetAsync(context.Paths.Full(path), 0, cancellationToken)).Entry;
        if (entry is null)
        {
            throw replica.Find(path) is { } lost
                ? StoreErrors.LostRace($"{path} was at version {lost.Version} and is gone; if nobody deleted it, the store is refused soon")
                : StoreErrors.LostRace($"{path} does not exist");
        }

        await context.Keys.EnsureAsync([entry], cancellationToken);
        if (context.Sealer.Open(context.Keys, entry, path, out var record) is { } refusal)
        {
            throw StoreErrors.Refused(refusal.ToString());
        }

        // Another sealing may be a change that the watch is about to tell of, or one that somebody put there, of which the replica will.
        return replica.Find(path) is { } held && held.IsSameSealing(record!)
            ? record!.Body
            : throw StoreErrors.LostRace($"{path} is not as it is held here");
    }
}
