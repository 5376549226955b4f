namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;

/// <summary>A commit made ready: what goes to the store, and what the replica applies once it is there.</summary>
internal sealed class CommitDraft
{
    private readonly IReadOnlyList<OpenedRecord> puts;
    private readonly IReadOnlyList<string> deletes;
    private readonly int requirements;

    private CommitDraft(
        CommitBasis basis, Manifest manifest, StoreTransaction transaction, IReadOnlyList<OpenedRecord> puts, IReadOnlyList<string> deletes, int requirements)
    {
        this.requirements = requirements;
        Basis = basis;
        Manifest = manifest;
        Transaction = transaction;
        this.puts = puts;
        this.deletes = deletes;
    }

    public CommitBasis Basis { get; }

    /// <summary>The time stamp after which it is not sent any more, nor again.</summary>
    public required long LastSend { get; init; }

    public Manifest Manifest { get; }

    /// <summary>The manifest's compare comes first, those of the targets follow, the caller's requirements come last.</summary>
    public StoreTransaction Transaction { get; }

    public static CommitDraft Make(ServiceContext context, CommitBasis basis, RecordChanges changes)
    {
        var key = context.Keys.Find(basis.Manifest.StoreKey)!;
        var version = basis.Manifest.Version with { Number = basis.Manifest.Version.Number + 1 };
        var digest = basis.Manifest.Digest;
        var count = basis.Manifest.Count;
        foreach (var path in changes.Written.Where(basis.Targets.ContainsKey))
        {
            digest -= MultisetDigest.Of(key, path, basis.Targets[path].Version, basis.Targets[path].Stamp);
            count--;
        }

        var writes = new List<StorePut>(changes.Puts.Count + 1);
        var puts = new List<OpenedRecord>(changes.Puts.Count);
        foreach (var put in changes.Puts)
        {
            var old = basis.Targets.GetValueOrDefault(put.Path);
            var header = new RecordHeader(
                put.Type, Math.Max(put.MinReader, old.MinReader), Math.Max(put.MinWriter, old.MinWriter), version.Number, key.Id);
            var value = context.Sealer.Seal(key, context.Paths.Full(put.Path), header, put.Body.Span);
            var record = new OpenedRecord(put.Path, header, RecordSealer.Stamp(value), 0, put.Body.ToArray());
            digest += MultisetDigest.Of(key, put.Path, version.Number, record.Stamp);
            count++;
            writes.Add(new StorePut(context.Paths.Full(put.Path), value));
            puts.Add(record);
        }

        var manifest = basis.Manifest with { Version = version, Digest = digest, Count = count, OperationId = Manifest.NewOperationId() };
        writes.Add(new StorePut(context.Paths.Manifest, context.Sealer.Seal(key, context.Paths.Manifest, manifest.Header, manifest.ToBody())));
        var deletes = changes.Deletes.Select(delete => delete.Path).ToList();
        var transaction = new StoreTransaction
        {
            Compares = Compares(context, basis, changes),
            Puts = writes,
            Deletes = deletes.Select(context.Paths.Full).ToList(),
        };
        CheckSize(transaction);
        return new CommitDraft(basis, manifest, transaction, puts, deletes, changes.Requirements.Count) { LastSend = changes.LastSend };
    }

    /// <summary>The commit as the watch would tell of it.</summary>
    public OpenedBatch At(long revision) =>
        new(revision, Manifest, puts.Select(put => put with { ModRevision = revision }).ToList(), deletes, []);

    /// <summary>The caller's requirement that failed, if one did.</summary>
    public StoreCompare? FailedRequirement(StoreCommit commit) => Transaction.Compares
        .Zip(commit.Current)
        .TakeLast(requirements)
        .FirstOrDefault(pair => !pair.First.Holds(pair.Second)).First;

    private static List<StoreCompare> Compares(ServiceContext context, CommitBasis basis, RecordChanges changes) =>
    [
        StoreCompare.Unchanged(context.Paths.Manifest, basis.ManifestRevision),

        // Beside the manifest's: a target that was tampered with is not written over.
        .. changes.Targets.Select(target => StoreCompare.Unchanged(
            context.Paths.Full(target.Path), basis.Targets.GetValueOrDefault(target.Path).ModRevision)),
        .. changes.Requirements,
    ];

    private static void CheckSize(StoreTransaction transaction)
    {
        if (transaction.Size > StoreLimits.MaximumTransactionBytes)
        {
            throw new DkmException(
                ErrorKind.ResourceExhausted,
                Reasons.TooLong,
                $"the change takes {transaction.Size} bytes of the store; {StoreLimits.MaximumTransactionBytes} is the most that one change may");
        }
    }
}
