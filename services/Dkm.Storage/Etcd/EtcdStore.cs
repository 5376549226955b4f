namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Status.V1;
using Etcdserverpb;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// The store of clusters: etcd's members, over connections of our own with a certificate on both sides. A member that is dead is left at once, one that
/// hangs within <see cref="EtcdStoreOptions.TryTimeout"/>.
/// </summary>
public sealed class EtcdStore : IRevisionedStore, IStoreInspection
{
    private readonly EtcdStoreOptions options;
    private readonly TimeProvider timeProvider;
    private readonly ILogger logger;
    private readonly EtcdMembers members;
    private readonly EtcdCaller caller;
    private readonly EtcdLeases leases;
    private readonly EtcdHistory history;
    private readonly CancellationTokenSource stop = new();
    private int disposed;

    private EtcdStore(EtcdStoreOptions options, TimeProvider timeProvider, ILogger logger)
    {
        this.options = options;
        this.timeProvider = timeProvider;
        this.logger = logger;
        members = new EtcdMembers(options, timeProvider, logger);
        caller = new EtcdCaller(members, options, timeProvider, stop.Token);
        leases = new EtcdLeases(caller);
        history = new EtcdHistory(timeProvider);
    }

    /// <summary>Checks the members that can be reached; the others are checked before their first use.</summary>
    /// <exception cref="ArgumentException">The options are wrong; all that is.</exception>
    /// <exception cref="DkmException">
    /// FAILED_PRECONDITION STORE_INSECURE: a member takes clients without a certificate; STORE_REFUSED: members of different clusters; CERTIFICATE_FILES,
    /// TRUST_FILES. UNAVAILABLE STORE_UNAVAILABLE: no member can be reached.
    /// </exception>
    public static async Task<EtcdStore> OpenAsync(
        EtcdStoreOptions options, TimeProvider timeProvider, ILogger logger, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mistakes().ToList() is { Count: > 0 } mistakes)
        {
            throw new ArgumentException(string.Join("; ", mistakes.Select(mistake => $"{mistake.Option}: {mistake.Problem}")), nameof(options));
        }

        var store = new EtcdStore(options, timeProvider, logger);
        try
        {
            await store.CheckAsync(cancellationToken);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    public async Task<StoreRead> GetAsync(string path, long revision = 0, CancellationToken cancellationToken = default)
    {
        StorePath.Check(path);
        var answer = await ReadAsync(EtcdMessages.Get(path, revision), path, cancellationToken);
        return new StoreRead(answer.Kvs.Select(EtcdMessages.Entry).SingleOrDefault(), revision == 0 ? answer.Header.Revision : revision);
    }

    public async Task<StorePage> RangeAsync(
        string prefix, string? startAfter, int limit, long revision = 0, CancellationToken cancellationToken = default)
    {
        StorePath.Check(prefix);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, StoreLimits.MaximumPageSize);
        var answer = await ReadAsync(EtcdMessages.Range(prefix, startAfter, limit, revision), prefix, cancellationToken);
        return new StorePage([.. answer.Kvs.Select(EtcdMessages.Entry)], revision == 0 ? answer.Header.Revision : revision, answer.More);
    }

    public async Task<StoreCommit> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        transaction.Check();
        var request = EtcdMessages.Transaction(transaction);
        try
        {
            return EtcdMessages.Commit(await caller.OnceAsync(async (channel, call) => await channel.Kv.TxnAsync(request, call), cancellationToken));
        }
        catch (EtcdCallException exception) when (exception.Says(StatusCode.NotFound, "requested lease not found"))
        {
            throw new StoreLeaseNotFoundException(transaction.Puts.First(put => put.LeaseId != 0).LeaseId);
        }
        catch (EtcdCallException exception)
        {
            throw exception.SaysFull ? StoreErrors.Full(exception.Message, exception) : StoreErrors.Unavailable(exception.Message, exception);
        }
    }

    public async IAsyncEnumerable<StoreWatchBatch> WatchAsync(
        string prefix, long fromRevision, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        StorePath.Check(prefix);
        ArgumentOutOfRangeException.ThrowIfLessThan(fromRevision, 1);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stop.Token);
        await using var watch = new EtcdWatch(prefix, fromRevision, members, caller, options, timeProvider, logger);
        while (true)
        {
            foreach (var batch in await watch.NextAsync(end.Token))
            {
                yield return batch;
            }
        }
    }

    public Task<StoreLease> GrantLeaseAsync(TimeSpan ttl, CancellationToken cancellationToken = default) => leases.GrantAsync(ttl, cancellationToken);

    public Task<TimeSpan?> KeepAliveAsync(long leaseId, CancellationToken cancellationToken = default) => leases.KeepAliveAsync(leaseId, cancellationToken);

    public Task RevokeLeaseAsync(long leaseId, CancellationToken cancellationToken = default) => leases.RevokeAsync(leaseId, cancellationToken);

    public async Task CompactAsync(long revision, CancellationToken cancellationToken = default)
    {
        var request = new CompactionRequest { Revision = revision };
        try
        {
            await caller.RepeatAsync(async (channel, call) => await channel.Kv.CompactAsync(request, call), cancellationToken);
        }
        catch (EtcdCallException exception) when (!exception.Says(StatusCode.OutOfRange, "compacted"))
        {
            throw StoreErrors.Unavailable(exception.Message, exception);
        }
        catch (EtcdCallException)
        {
            // It was done before, by a try of ours or by somebody else.
            return;
        }
    }

    public bool TryElsewhere(string why)
    {
        members.Leave(members.InOrder()[0], why);
        return members.Count > 1;
    }

    public Task InspectAsync(StoreStatus status, CancellationToken cancellationToken) =>
        new EtcdInspection(members, history, options, timeProvider).RunAsync(status, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 0)
        {
            await stop.CancelAsync();
            members.Dispose();
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var checks = await Task.WhenAll(members.All.Select(member => CheckAsync(member, cancellationToken)));
        if (checks.OfType<DkmException>().FirstOrDefault() is { } refusal)
        {
            throw refusal;
        }

        if (checks.All(check => check is not null))
        {
            throw StoreErrors.Unavailable(string.Join("; ", checks.Select(check => check!.Message)), checks[0]);
        }
    }

    private async Task<Exception?> CheckAsync(EtcdMember member, CancellationToken cancellationToken)
    {
        try
        {
            return await caller.TryAsync<Exception?>(member, (_, _) => Task.FromResult<Exception?>(null), options.TryTimeout, cancellationToken);
        }
        catch (Exception exception) when (exception is EtcdCallException or DkmException)
        {
            members.Leave(member, exception.Message);
            return exception;
        }
    }

    /// <summary>Linearizable at revision 0, as etcd's reads are unless asked otherwise.</summary>
    private async Task<RangeResponse> ReadAsync(RangeRequest request, string prefix, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await caller.RepeatAsync(async (channel, call) => await channel.Kv.RangeAsync(request, call), cancellationToken);
            history.Note(answer.Header.Revision);
            return answer;
        }
        catch (EtcdCallException exception) when (exception.Says(StatusCode.OutOfRange, "compacted"))
        {
            throw new StoreCompactedException(await FindCompactionAsync(prefix, request.Revision, cancellationToken));
        }
        catch (EtcdCallException exception)
        {
            throw StoreErrors.Unavailable(exception.Message, exception);
        }
    }

    /// <summary>etcd says where its history begins to watches alone. If the watch is not told either, it is behind the revision that is gone.</summary>
    private async Task<long> FindCompactionAsync(string prefix, long gone, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.TryTimeout, timeProvider);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken, stop.Token);
        try
        {
            await using var watch = await EtcdWatchSession.OpenAsync(members.InOrder()[0], prefix, 1, options, timeProvider, end.Token);
            while (true)
            {
                await watch.ReadAsync();
            }
        }
        catch (StoreCompactedException exception)
        {
            return exception.CompactRevision;
        }
        catch (Exception exception) when (exception is EtcdCallException or RpcException or OperationCanceledException or DkmException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Log.EtcdWatchMoved(logger, prefix, gone, exception.Message);
            return gone + 1;
        }
    }
}
