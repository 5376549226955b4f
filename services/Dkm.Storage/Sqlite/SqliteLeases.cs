namespace Dkm.Storage;

using System;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// Leases and the store's housekeeping. Ends of leases live in memory, on the monotonic clock: as with etcd, a restart starts each lease's time
/// anew, so a lease may last longer than asked, never shorter.
/// </summary>
internal sealed class SqliteLeases : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);

    private readonly SqliteWriter writer;
    private readonly Action announce;
    private readonly TimeProvider timeProvider;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<long, Lease> held = new();
    private readonly CancellationTokenSource stop = new();
    private Task housekeeping = Task.CompletedTask;

    public SqliteLeases(SqliteWriter writer, Action announce, TimeProvider timeProvider, ILogger logger)
    {
        this.writer = writer;
        this.announce = announce;
        this.timeProvider = timeProvider;
        this.logger = logger;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var stored = await writer.ReadAsync(Load, cancellationToken);
        foreach (var (id, ttl) in stored)
        {
            held[id] = new Lease(ttl, timeProvider.GetTimestamp());
        }

        housekeeping = KeepHouseAsync(new PeriodicTimer(Tick, timeProvider));
    }

    public async Task<StoreLease> GrantAsync(TimeSpan ttl, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ttl, TimeSpan.Zero);
        var seconds = (long)Math.Ceiling(ttl.TotalSeconds);
        var id = NewId();
        await writer.WriteAsync(session => session.Run("INSERT INTO leases (id, seconds) VALUES (@0, @1)", id, seconds), cancellationToken);
        held[id] = new Lease(TimeSpan.FromSeconds(seconds), timeProvider.GetTimestamp());
        return new StoreLease(id, TimeSpan.FromSeconds(seconds));
    }

    public TimeSpan? KeepAlive(long id)
    {
        // TryUpdate: a lease that ends at this moment is not brought back.
        while (held.TryGetValue(id, out var lease) && !lease.HasEnded(timeProvider))
        {
            if (held.TryUpdate(id, new Lease(lease.Ttl, timeProvider.GetTimestamp()), lease))
            {
                return lease.Ttl;
            }
        }

        return null;
    }

    public async Task EndAsync(IReadOnlyCollection<long> ids, CancellationToken cancellationToken)
    {
        await writer.WriteAsync(session => SqliteWrites.EndLeases(session, ids), cancellationToken);
        foreach (var id in ids)
        {
            held.TryRemove(id, out _);
        }

        announce();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await housekeeping;
        stop.Dispose();
    }

    private static List<(long Id, TimeSpan Ttl)> Load(SqliteSession session)
    {
        var leases = new List<(long, TimeSpan)>();
        using var reader = session.Command("SELECT id, seconds FROM leases").ExecuteReader();
        while (reader.Read())
        {
            leases.Add((reader.GetInt64(0), TimeSpan.FromSeconds(reader.GetInt64(1))));
        }

        return leases;
    }

    private static long NewId()
    {
        Span<byte> bytes = stackalloc byte[8];
        KernelRandom.Fill(bytes);
        return Math.Max(1, BinaryPrimitives.ReadInt64BigEndian(bytes) & long.MaxValue);
    }

    private async Task KeepHouseAsync(PeriodicTimer timer)
    {
        using (timer)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await timer.WaitForNextTickAsync(stop.Token);
                    await EndDueAsync();
                    await CompactDueAsync();
                }
                catch (OperationCanceledException) when (stop.IsCancellationRequested)
                {
                    return;
                }
                catch (DkmException e)
                {
                    Log.SqliteBackgroundFailed(logger, e, writer.Options.Path);
                }
            }
        }
    }

    private async Task EndDueAsync()
    {
        var due = held.Where(lease => lease.Value.HasEnded(timeProvider)).Select(lease => lease.Key).ToList();
        if (due.Count > 0)
        {
            await EndAsync(due, stop.Token);
        }
    }

    private async Task CompactDueAsync()
    {
        var (revision, compacted) = await writer.ReadAsync(
            session => (SqliteHistory.Revision(session), SqliteHistory.Compacted(session)), stop.Token);
        var kept = writer.Options.KeptRevisions;
        if (revision - kept > compacted + (kept / 10))
        {
            await writer.WriteAsync(session => SqliteWrites.Compact(session, revision - kept), stop.Token);
        }
    }

    private sealed record Lease(TimeSpan Ttl, long Start)
    {
        public bool HasEnded(TimeProvider timeProvider) => timeProvider.GetElapsedTime(Start) >= Ttl;
    }
}
