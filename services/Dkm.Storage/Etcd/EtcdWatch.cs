namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>A watch over as many sessions as it takes: whatever ends one, the next begins behind the last revision that was handed over.</summary>
internal sealed class EtcdWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly string prefix;
    private readonly EtcdMembers members;
    private readonly EtcdCaller caller;
    private readonly EtcdStoreOptions options;
    private readonly TimeProvider timeProvider;
    private readonly ILogger logger;
    private EtcdEventOrder order;
    private EtcdMember? member;
    private EtcdWatchSession? session;
    private int failures;

    public EtcdWatch(
        string prefix, long fromRevision, EtcdMembers members, EtcdCaller caller, EtcdStoreOptions options, TimeProvider timeProvider, ILogger logger)
    {
        this.prefix = prefix;
        this.members = members;
        this.caller = caller;
        this.options = options;
        this.timeProvider = timeProvider;
        this.logger = logger;
        order = new EtcdEventOrder(fromRevision);
    }

    /// <summary>The next whole revisions; none at all is an answer too.</summary>
    /// <exception cref="StoreCompactedException">Some of what comes next is gone.</exception>
    /// <exception cref="DkmException">UNAVAILABLE STORE_UNAVAILABLE: every member was tried.</exception>
    public async Task<IReadOnlyList<StoreWatchBatch>> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            session ??= await OpenAsync(cancellationToken);
            var batches = order.Take(await session.ReadAsync());
            failures = 0;
            return batches;
        }
        catch (Exception exception) when (exception is EtcdCallException or RpcException or OperationCanceledException or DkmException)
        {
            await LeaveAsync(exception, cancellationToken);
            return [];
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (session is { } open)
        {
            session = null;
            await open.DisposeAsync();
        }
    }

    private async Task<EtcdWatchSession> OpenAsync(CancellationToken cancellationToken)
    {
        // What an ended session had of a revision comes again in whole.
        order = new EtcdEventOrder(order.Next);
        member = members.InOrder()[0];
        var from = await IsHistoryThereAsync(member, cancellationToken) ? order.Next : 1;
        return await EtcdWatchSession.OpenAsync(member, prefix, from, options, timeProvider, cancellationToken);
    }

    /// <summary>
    /// A watch that begins exactly at the compacted revision is taken by etcd, though the deletions of that revision are gone (etcd #19179). Reading one
    /// revision earlier tells, and shows that the member still has a majority behind it. Where it is gone, a watch from the very first revision is told
    /// where the history begins now.
    /// </summary>
    private async Task<bool> IsHistoryThereAsync(EtcdMember asked, CancellationToken cancellationToken)
    {
        var request = EtcdMessages.Range(prefix, null, 1, Math.Max(1, order.Next - 1));
        request.KeysOnly = true;
        try
        {
            await caller.TryAsync(asked, async (channel, call) => await channel.Kv.RangeAsync(request, call), options.TryTimeout, cancellationToken);
            return true;
        }
        catch (EtcdCallException exception) when (exception.Says(StatusCode.OutOfRange, "future revision"))
        {
            return true;
        }
        catch (EtcdCallException exception) when (exception.Says(StatusCode.OutOfRange, "compacted"))
        {
            return false;
        }
    }

    private async Task LeaveAsync(Exception why, CancellationToken cancellationToken)
    {
        await DisposeAsync();
        cancellationToken.ThrowIfCancellationRequested();
        Log.EtcdWatchMoved(logger, prefix, order.Next, why.Message);
        members.Leave(member!, why.Message);
        if (++failures > members.Count)
        {
            failures = 0;
            throw StoreErrors.Unavailable(why.Message, why);
        }

        await Task.Delay(Pause, timeProvider, cancellationToken);
    }
}
