namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

/// <summary>
/// What a process says of itself, for as long as it lives: sealed like a record, under a lease, and counted by no manifest. So whoever writes the store cannot forge it, but
/// can hide it or show an earlier one: it informs, and where more hangs on it, it carries a time of its own. One writer for each path, so nothing is compared.
/// </summary>
public sealed class LeasedRecords : IAsyncDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);

    private readonly ServiceContext context;
    private readonly Func<StoreKey> sealing;
    private readonly Func<long> epoch;
    private readonly TimeSpan ttl;
    private StoreLease? lease;
    private StoreLease? replaced;
    private long leaseEpoch;
    private long generation;

    internal LeasedRecords(ServiceContext context, Func<StoreKey> sealing, Func<long> epoch, TimeSpan ttl)
    {
        this.context = context;
        this.sealing = sealing;
        this.epoch = epoch;
        this.ttl = ttl;
    }

    /// <summary>
    /// Starts the lease's time anew, or takes another lease if it has ended, or if the epoch has: a store that was put back has the lease, but what was written under it is what was
    /// there then. One caller at a time, with <see cref="WriteAsync"/>.
    /// </summary>
    /// <returns>Another number than before if all that was written is gone, or as good as gone.</returns>
    /// <exception cref="Dkm.Core.DkmException">UNAVAILABLE.</exception>
    public async Task<long> RenewAsync(CancellationToken cancellationToken)
    {
        if (replaced is { } old)
        {
            // By now what is still true stands under the new lease; this takes what is left of before.
            await context.Store.RevokeLeaseAsync(old.Id, cancellationToken);
            replaced = null;
        }

        var now = epoch();
        if (lease is null || now != leaseEpoch || await context.Store.KeepAliveAsync(lease.Id, cancellationToken) is null)
        {
            (replaced, lease) = (now == leaseEpoch ? null : lease, null);
            lease = await context.Store.GrantLeaseAsync(ttl, cancellationToken);
            leaseEpoch = now;
            generation++;
        }

        return generation;
    }

    /// <summary>All of it or nothing; at most <see cref="StoreLimits.MaximumOperations"/> of both together.</summary>
    /// <exception cref="Dkm.Core.DkmException">UNAVAILABLE: written or not; writing it once more does no harm.</exception>
    /// <exception cref="StoreLeaseNotFoundException">The lease has ended meanwhile.</exception>
    public async Task WriteAsync(IReadOnlyCollection<LeasedPut> puts, IReadOnlyCollection<string> deletes, CancellationToken cancellationToken)
    {
        var id = lease?.Id ?? throw new InvalidOperationException("there is no lease yet");
        var key = sealing();
        await context.Store.CommitAsync(
            new StoreTransaction
            {
                Puts = [.. puts.Select(put => new StorePut(context.Paths.Full(Check(put.Path)), Seal(key, put), id))],
                Deletes = [.. deletes.Select(path => context.Paths.Full(Check(path)))],
            },
            cancellationToken);
    }

    /// <summary>What lies in a folder now, whoever wrote it. What does not open is left out, and told to the log.</summary>
    /// <exception cref="Dkm.Core.DkmException">UNAVAILABLE.</exception>
    public async Task<IReadOnlyList<LeasedRecord>> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        var found = new List<LeasedRecord>();
        for (string? last = null; ;)
        {
            var page = await context.Store.RangeAsync(context.Paths.Full(Check(folder)), last, context.Options.PageSize, 0, cancellationToken);
            await context.Keys.EnsureAsync(page.Entries, cancellationToken);
            foreach (var entry in page.Entries)
            {
                var refusal = context.Sealer.Open(context.Keys, entry, context.Paths.Relative(entry.Path), out var record);
                if (refusal is null && entry.LeaseId != 0)
                {
                    found.Add(new LeasedRecord(record!.Path, record.Header.Type, record.Body));
                }
                else
                {
                    Log.LeasedRecordRefused(context.Logger, context.Paths.Service, refusal is null ? $"{entry.Path} without a lease" : Refusal.Describe([refusal]));
                }
            }

            if (!page.More)
            {
                return found;
            }

            last = page.Entries[^1].Path;
        }
    }

    /// <summary>Ends the lease, and with it all that was written, at once if the store is there and else by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (lease is not { } held)
        {
            return;
        }

        lease = null;
        using var limit = new CancellationTokenSource(EndLimit, context.TimeProvider);
        try
        {
            await context.Store.RevokeLeaseAsync(held.Id, limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception e)
        {
            Log.LeaseNotEnded(context.Logger, e, context.Paths.Service);
        }
    }

    private static string Check(string path) => ServicePaths.Classify(path) == PathKind.Leased
        ? path
        : throw new ArgumentException($"nothing under a lease may lie at '{path}'", nameof(path));

    /// <summary>The version is the time of writing: it orders the sealings of one path for whoever looks at the store.</summary>
    private byte[] Seal(StoreKey key, LeasedPut put) => context.Sealer.Seal(
        key,
        context.Paths.Full(put.Path),
        new RecordHeader(put.Type, MinReader: 1, MinWriter: 1, context.Now.UtcTicks, key.Id),
        put.Body.Span);
}
