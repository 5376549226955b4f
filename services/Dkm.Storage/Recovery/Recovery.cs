namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>
/// Writes back what this replica holds, in batches without a manifest, which every replica refuses, and then the manifest of the next epoch, which makes them valid.
/// A crash in between leaves what is refused still, and the next run goes on from there.
/// </summary>
internal sealed class Recovery
{
    private const int RecordsAtOnce = 100;
    private const int BytesAtOnce = 1_000_000;
    private const int Attempts = 10;

    private readonly ServiceContext context;
    private readonly Replica replica;
    private readonly IReplicaObserver observer;

    public Recovery(ServiceContext context, Replica replica, IReplicaObserver observer)
    {
        this.context = context;
        this.replica = replica;
        this.observer = observer;
    }

    /// <exception cref="Dkm.Core.DkmException">STORE_REFUSED: it cannot be done from here. LOST_RACE: others keep writing. UNAVAILABLE.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (held, records) = replica.Held();
        var key = context.Keys.Find(held.StoreKey)!;
        await RestoreStoreKeysAsync(cancellationToken);
        var (written, deleted) = (0, 0);
        long? trustedRevision = null;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var found = await ReadAsync(cancellationToken);
            var addsUp = found.AddUp(key);
            if (addsUp)
            {
                trustedRevision = found.ManifestRevision;
            }

            var plan = RecoveryPlan.Make(held, records, found, trustedRevision == found.ManifestRevision, context.HighWater.Highest, context.Options);
            if (plan.IsDone && addsUp && found.Manifest!.Version > held.Version && found.Manifest.Version >= context.HighWater.Highest)
            {
                // Another replica was faster, and nothing of ours is missing.
                return;
            }

            if (!plan.IsDone)
            {
                if (await WriteAsync(plan, records, found, key, cancellationToken))
                {
                    (written, deleted) = (written + plan.Puts.Count, deleted + plan.Deletes.Count);
                }
            }
            else if (await RaiseAsync(held, found, plan.Version, key, cancellationToken))
            {
                Log.Recovered(context.Logger, context.Paths.Service, written, deleted, plan.Version);
                return;
            }
        }

        throw StoreErrors.LostRace("others keep writing while this replica recovers");
    }

    private async Task<FoundRecords> ReadAsync(CancellationToken cancellationToken)
    {
        var read = await context.Store.GetAsync(context.Paths.Manifest, 0, cancellationToken);
        await context.Keys.EnsureAsync(read.Entry is null ? [] : [read.Entry], cancellationToken);
        _ = context.OpenManifest(read.Entry, out var manifest);
        var records = new Dictionary<string, FoundRecord>(StringComparer.Ordinal);
        await foreach (var entries in new PageFeed(context, context.Paths.Prefix, read.Revision).ReadAsync(cancellationToken))
        {
            await context.Keys.EnsureAsync(entries, cancellationToken);
            foreach (var entry in entries)
            {
                var path = context.Paths.Relative(entry.Path);
                if (ServicePaths.Classify(path) == PathKind.Record)
                {
                    _ = context.Sealer.Open(context.Keys, entry, path, out var record);
                    records[path] = new FoundRecord(entry.ModRevision, record?.Header.Version ?? 0, record?.Stamp ?? 0);
                }
            }
        }

        return new FoundRecords(read.Entry?.ModRevision ?? 0, manifest, records);
    }

    /// <summary>False if somebody else wrote meanwhile.</summary>
    private async Task<bool> WriteAsync(
        RecoveryPlan plan, IReadOnlyDictionary<string, RecordFacts> held, FoundRecords found, StoreKey key, CancellationToken cancellationToken)
    {
        var puts = new List<StorePut>();
        var size = 0;
        foreach (var path in plan.Puts)
        {
            var value = await SealAsync(path, held[path], plan.Version.Number, key, cancellationToken);
            if (puts.Count == RecordsAtOnce || (puts.Count > 0 && size + value.Length > BytesAtOnce))
            {
                if (!await CommitAsync(puts, [], found, cancellationToken))
                {
                    return false;
                }

                (puts, size) = ([], 0);
            }

            puts.Add(new StorePut(context.Paths.Full(path), value));
            size += value.Length;
        }

        if (puts.Count > 0 && !await CommitAsync(puts, [], found, cancellationToken))
        {
            return false;
        }

        foreach (var deletes in plan.Deletes.Select(context.Paths.Full).Chunk(RecordsAtOnce))
        {
            if (!await CommitAsync([], deletes, found, cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    private async Task<byte[]> SealAsync(string path, RecordFacts facts, long version, StoreKey key, CancellationToken cancellationToken)
    {
        var recalled = observer.Recall(path, null)
            ?? observer.Recall(path, await ReadOlderAsync(path, 0, cancellationToken) ?? await ReadOlderAsync(path, facts.ModRevision, cancellationToken))
            ?? throw StoreErrors.Refused($"{path} is held here in version {facts.Version}, but not in memory, so it cannot be written back");
        return context.Sealer.Seal(
            key, context.Paths.Full(path), new RecordHeader(recalled.Type, facts.MinReader, facts.MinWriter, version, key.Id), recalled.Body.Span);
    }

    /// <summary>What the store has of a record, now or in its history; null if it has nothing that opens.</summary>
    private async Task<ReadOnlyMemory<byte>?> ReadOlderAsync(string path, long revision, CancellationToken cancellationToken)
    {
        try
        {
            var entry = (await context.Store.GetAsync(context.Paths.Full(path), revision, cancellationToken)).Entry;
            if (entry is null)
            {
                return null;
            }

            await context.Keys.EnsureAsync([entry], cancellationToken);
            return context.Sealer.Open(context.Keys, entry, path, out var record) is null ? record!.Body : null;
        }
        catch (StoreCompactedException)
        {
            return null;
        }
        catch (DkmException e) when (revision > 0 && e.Reason == Reasons.StoreUnavailable)
        {
            // A store that was put back has not come to that revision yet.
            return null;
        }
    }

    private async Task<bool> CommitAsync(IReadOnlyList<StorePut> puts, IReadOnlyList<string> deletes, FoundRecords found, CancellationToken cancellationToken)
    {
        var targets = puts.Select(put => put.Path).Concat(deletes).Where(path => path != context.Paths.Manifest)
            .Select(path => StoreCompare.Unchanged(path, found.Records.GetValueOrDefault(context.Paths.Relative(path)).ModRevision));
        var commit = await context.Store.CommitAsync(
            new StoreTransaction
            {
                Compares = [StoreCompare.Unchanged(context.Paths.Manifest, found.ManifestRevision), .. targets],
                Puts = puts,
                Deletes = deletes,
            },
            cancellationToken);
        return commit.Succeeded;
    }

    private async Task<bool> RaiseAsync(Manifest held, FoundRecords found, ManifestVersion version, StoreKey key, CancellationToken cancellationToken)
    {
        var manifest = held with
        {
            Version = version,
            Digest = found.Sum(key),
            Count = found.Records.Count,
            OperationId = Manifest.NewOperationId(),
            MinReader = Math.Max(held.MinReader, found.Manifest?.MinReader ?? 1),
            MinWriter = Math.Max(held.MinWriter, found.Manifest?.MinWriter ?? 1),
        };
        var value = context.Sealer.Seal(key, context.Paths.Manifest, manifest.Header, manifest.ToBody());
        return await CommitAsync([new StorePut(context.Paths.Manifest, value)], [], found, cancellationToken);
    }

    /// <summary>Without them nothing opens; their values are held as they were read.</summary>
    private async Task RestoreStoreKeysAsync(CancellationToken cancellationToken)
    {
        foreach (var (path, stored) in context.Keys.Stored)
        {
            var entry = (await context.Store.GetAsync(path, 0, cancellationToken)).Entry;
            if (entry is null || !entry.Value.Span.SequenceEqual(stored.Span))
            {
                await context.Store.CommitAsync(
                    new StoreTransaction { Compares = [StoreCompare.Unchanged(path, entry?.ModRevision ?? 0)], Puts = [new StorePut(path, stored)] },
                    cancellationToken);
            }
        }
    }
}
