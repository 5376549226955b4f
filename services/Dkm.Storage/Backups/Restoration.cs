namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>
/// Writes a verified section into the empty store: records and store keys in batches without a manifest, which every replica refuses, and at last the manifest of a new epoch,
/// which makes them valid. A crash in between leaves a part of this very restore, from which the next attempt goes on. Of two that run at once, as after a lost connection, the one that writes
/// last goes on: each write compares and takes the turn, so none that the other one does not know of comes between its last look and its manifest.
/// </summary>
internal sealed class Restoration
{
    private const int RecordsAtOnce = 100;
    private const int BytesAtOnce = 1_000_000;

    private readonly ServiceContext context;
    private readonly Manifest backedUp;
    private readonly SectionContent content;
    private readonly List<StorePut> puts = [];
    private readonly List<StoreCompare> compares = [];
    private readonly ManifestVersion version;
    private readonly string turnPath;
    private long size;
    private long turn;

    /// <param name="context">With the store keys of the section.</param>
    /// <param name="backedUp">The section's manifest.</param>
    /// <param name="content">The section.</param>
    public Restoration(ServiceContext context, Manifest backedUp, SectionContent content)
    {
        this.context = context;
        this.backedUp = backedUp;
        this.content = content;
        turnPath = StorePath.Election(context.Paths.Service, "restore");

        // Above everything that the backup or anybody on this host has seen: whoever had a newer state follows, and no old manifest comes back.
        var seen = context.HighWater.Highest;
        version = new ManifestVersion(Math.Max(backedUp.Version.Epoch, seen.Epoch) + 1, Math.Max(backedUp.Version.Number, seen.Number) + 1);
    }

    /// <summary>In the manifest of a restore, so that the same restore asked for again is known for what it is, and one with another list of destroyed keys is not taken for it.</summary>
    public static UInt128 OperationId(string service, string backupId, string changes) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.ASCII.GetBytes($"dkm/v1/restore/{service}/{backupId}/{changes}")));

    /// <exception cref="DkmException">FAILED_PRECONDITION STORE_NOT_EMPTY; ABORTED LOST_RACE: somebody else writes; UNAVAILABLE.</exception>
    public async Task<RestoreResult> RunAsync(string backupId, string changes, CancellationToken cancellationToken)
    {
        turn = (await context.Store.GetAsync(turnPath, 0, cancellationToken)).Entry?.ModRevision ?? 0;
        var revision = await EmptyAtAsync(cancellationToken);
        await content.CompareAsync(revision, LookAsync, cancellationToken);
        await EnsureClusterIdAsync(cancellationToken);
        await content.CompareAsync(revision, (expected, found) => FillAsync(expected, found, cancellationToken), cancellationToken);
        await FlushAsync(cancellationToken);
        var manifest = await SumAsync(OperationId(context.Paths.Service, backupId, changes), cancellationToken);
        var value = context.Sealer.Seal(context.Keys.Find(manifest.StoreKey)!, context.Paths.Manifest, manifest.Header, manifest.ToBody());
        await CommitAsync([], [new StorePut(context.Paths.Manifest, value)], [turnPath], cancellationToken);
        Log.Restored(context.Logger, context.Paths.Service, manifest.Count, backedUp.Version, manifest.Version, backupId);
        return new RestoreResult(manifest.Version, manifest.Count);
    }

    private async Task<long> EmptyAtAsync(CancellationToken cancellationToken)
    {
        var cluster = (await context.Store.GetAsync(StorePath.Cluster, 0, cancellationToken)).Entry;
        if (cluster is not null && Encoding.ASCII.GetString(cluster.Value.Span) is var id && id != context.ClusterId)
        {
            throw StoreErrors.NotEmpty($"it is of the installation {id}, and the backup of {context.ClusterId}");
        }

        var read = await context.Store.GetAsync(context.Paths.Manifest, 0, cancellationToken);
        return read.Entry is null ? read.Revision : throw StoreErrors.NotEmpty($"it holds records of {context.Paths.Service}");
    }

    /// <summary>Before the first write.</summary>
    private Task LookAsync(ExpectedEntry expected, StoreEntry? found) =>
        found is null || expected.IsMetBy(context, found, out _) || expected.IsAsInTheSection(found) ? Task.CompletedTask : throw content.Foreign(expected.Path);

    private async Task EnsureClusterIdAsync(CancellationToken cancellationToken)
    {
        if ((await context.Store.GetAsync(StorePath.Cluster, 0, cancellationToken)).Entry is null)
        {
            await CommitAsync([StoreCompare.Absent(StorePath.Cluster)], [new StorePut(StorePath.Cluster, Encoding.ASCII.GetBytes(context.ClusterId))], [], cancellationToken);
        }
    }

    private async Task FillAsync(ExpectedEntry expected, StoreEntry? found, CancellationToken cancellationToken)
    {
        if (found is not null && expected.IsMetBy(context, found, out _))
        {
            return;
        }

        var value = expected.Rewritten is { } body ? Rewrite(expected.Record!, body) : expected.Value;
        if (puts.Count == RecordsAtOnce || (puts.Count > 0 && size + value.Length > BytesAtOnce))
        {
            await FlushAsync(cancellationToken);
        }

        var path = context.Paths.Full(expected.Path);
        compares.Add(StoreCompare.Unchanged(path, found?.ModRevision ?? 0));
        puts.Add(new StorePut(path, value));
        size += value.Length;
    }

    private byte[] Rewrite(OpenedRecord record, byte[] body)
    {
        var header = record.Header with { Version = version.Number, StoreKey = backedUp.StoreKey };
        return context.Sealer.Seal(context.Keys.Find(backedUp.StoreKey)!, context.Paths.Full(record.Path), header, body);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (puts.Count > 0)
        {
            turn = await CommitAsync(compares, [.. puts, new StorePut(turnPath, Encoding.ASCII.GetBytes(version.ToString()))], [], cancellationToken);
            compares.Clear();
            puts.Clear();
            size = 0;
        }
    }

    /// <summary>The last look: the new manifest vouches for what lies there, so that is read once more, and not what was meant to be written.</summary>
    private async Task<Manifest> SumAsync(UInt128 operationId, CancellationToken cancellationToken)
    {
        var key = context.Keys.Find(backedUp.StoreKey)!;
        var (digest, count, highest) = (default(MultisetDigest), 0L, version.Number);
        var revision = (await context.Store.GetAsync(context.Paths.Manifest, 0, cancellationToken)).Revision;
        await content.CompareAsync(revision, AddAsync, cancellationToken);
        return backedUp with
        {
            Version = version with { Number = highest },
            Digest = digest,
            Count = count,
            OperationId = operationId,
        };

        Task AddAsync(ExpectedEntry expected, StoreEntry? found)
        {
            if (found is null || !expected.IsMetBy(context, found, out var record))
            {
                throw StoreErrors.LostRace($"{expected.Path} was changed while the store was restored");
            }

            if (record is not null)
            {
                digest += MultisetDigest.Of(key, record.Path, record.Header.Version, record.Stamp);
                count++;

                // An attempt before ours may have sealed it under a higher number, by what it had seen.
                highest = Math.Max(highest, record.Header.Version);
            }

            return Task.CompletedTask;
        }
    }

    /// <summary>Nothing is written once there is a manifest, nor once another restore has written.</summary>
    private async Task<long> CommitAsync(
        IReadOnlyList<StoreCompare> conditions, IReadOnlyList<StorePut> writes, IReadOnlyList<string> deletes, CancellationToken cancellationToken)
    {
        try
        {
            var transaction = new StoreTransaction
            {
                Compares = [StoreCompare.Absent(context.Paths.Manifest), StoreCompare.Unchanged(turnPath, turn), .. conditions],
                Puts = writes,
                Deletes = deletes,
            };
            var commit = await context.Store.CommitAsync(transaction, cancellationToken);
            return commit.Succeeded ? commit.Revision
                : throw StoreErrors.LostRace("somebody else writes to the store that is restored; ask again, and the restore goes on from there");
        }
        catch (Exception e) when (e is not (DkmException or OperationCanceledException or ArgumentException))
        {
            throw StoreErrors.OutcomeUnknown("ask again, and the restore goes on from there", e);
        }
    }
}
