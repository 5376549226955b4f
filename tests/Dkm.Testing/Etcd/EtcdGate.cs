namespace Dkm.Testing.Etcd;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Storage;
using Etcdserverpb;
using Grpc.Core;
using Grpc.Net.Client;

/// <summary>
/// A way to the members of a real cluster on which a transaction can be kept back: the client in front has decided and sent, and nothing is written yet. In front plaintext, behind the
/// identity of the options.
/// </summary>
public sealed class EtcdGate : IAsyncDisposable
{
    private readonly List<FakeEtcd> fronts = [];
    private readonly List<GrpcChannel> channels = [];
    private readonly ConcurrentQueue<(TxnRequest Request, TxnResponse Response)> transactions = new();
    private readonly ConcurrentQueue<string> watches = new();
    private volatile Hold? hold;

    private EtcdGate()
    {
    }

    /// <summary>One for each member.</summary>
    public IReadOnlyList<Uri> Endpoints => [.. fronts.Select(front => front.Endpoint)];

    /// <summary>Every transaction that has passed, with etcd's answer.</summary>
    public IReadOnlyList<(TxnRequest Request, TxnResponse Response)> Transactions => [.. transactions];

    /// <summary>The paths of which watches began, in order.</summary>
    public IReadOnlyList<string> Watches => [.. watches];

    public static async Task<EtcdGate> StartAsync(EtcdStoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var gate = new EtcdGate();
        foreach (var endpoint in options.Endpoints)
        {
            var channel = EtcdPlainChannel.Open(options with { Endpoints = [endpoint] });
            gate.channels.Add(channel);
            gate.fronts.Add(gate.Connect(await FakeEtcd.StartAsync(), channel));
        }

        return gate;
    }

    /// <summary>Keeps the next of these transactions back, and all like it.</summary>
    /// <returns>Completes when the first has come.</returns>
    public Task<TxnRequest> HoldAsync(Func<TxnRequest, bool> which)
    {
        var next = new Hold(which);
        hold = next;
        return next.Arrived.Task;
    }

    /// <summary>Lets go what was kept back.</summary>
    /// <returns>What etcd said to the first of them.</returns>
    public Task<TxnResponse> ReleaseAsync()
    {
        var last = hold ?? throw new InvalidOperationException("nothing is kept back");
        hold = null;
        last.Open.SetResult();
        return last.Answer.Task;
    }

    public async ValueTask DisposeAsync()
    {
        hold?.Open.TrySetResult();
        foreach (var front in fronts)
        {
            await front.DisposeAsync();
        }

        channels.ForEach(channel => channel.Dispose());
    }

    private FakeEtcd Connect(FakeEtcd front, GrpcChannel channel)
    {
        var (store, leases, watch) = (new KV.KVClient(channel), new Lease.LeaseClient(channel), new Watch.WatchClient(channel));
        front.OnRange = async (request, token) => await store.RangeAsync(request, cancellationToken: token);
        front.OnTxn = (request, _) => PassAsync(store, request);
        front.OnLeaseGrant = async (request, token) => await leases.LeaseGrantAsync(request, cancellationToken: token);
        front.OnLeaseRevoke = async (request, token) => await leases.LeaseRevokeAsync(request, cancellationToken: token);
        front.OnKeepAlive = async stream =>
        {
            using var call = leases.LeaseKeepAlive(cancellationToken: stream.Gone);
            await Task.WhenAny(PumpAsync(stream, call.RequestStream, _ => { }), PumpAsync(call.ResponseStream, stream));
        };
        front.OnWatch = async stream =>
        {
            using var call = watch.Watch(cancellationToken: stream.Gone);
            await Task.WhenAny(
                PumpAsync(stream, call.RequestStream, request => watches.Enqueue(request.CreateRequest?.Key.ToStringUtf8() ?? string.Empty)),
                PumpAsync(call.ResponseStream, stream));
        };
        return front;
    }

    /// <summary>Not with the client's token: what was sent arrives, whatever becomes of who sent it.</summary>
    private async Task<TxnResponse> PassAsync(KV.KVClient store, TxnRequest request)
    {
        var mine = hold is { } now && now.Which(request) ? now : null;
        if (mine is not null)
        {
            mine.Arrived.TrySetResult(request);
            await mine.Open.Task;
        }

        try
        {
            var response = await store.TxnAsync(request);
            transactions.Enqueue((request, response));
            if (mine?.Arrived.Task.Result == request)
            {
                mine.Answer.TrySetResult(response);
            }

            return response;
        }
        catch (RpcException refused)
        {
            // Who releases it waits for an answer.
            mine?.Answer.TrySetException(refused);
            throw;
        }
    }

    private static async Task PumpAsync<TRequest, TResponse>(FakeEtcdStream<TRequest, TResponse> from, IClientStreamWriter<TRequest> to, Action<TRequest> note)
        where TRequest : class, Google.Protobuf.IMessage<TRequest>
        where TResponse : class, Google.Protobuf.IMessage<TResponse>
    {
        while (await from.ReadAsync() is { } request)
        {
            note(request);
            await to.WriteAsync(request);
        }

        await to.CompleteAsync();
    }

    private static async Task PumpAsync<TRequest, TResponse>(IAsyncStreamReader<TResponse> from, FakeEtcdStream<TRequest, TResponse> to)
        where TRequest : class, Google.Protobuf.IMessage<TRequest>
        where TResponse : class, Google.Protobuf.IMessage<TResponse>
    {
        while (await from.MoveNext(to.Gone))
        {
            await to.SendAsync(from.Current);
        }
    }

    private sealed class Hold(Func<TxnRequest, bool> which)
    {
        public Func<TxnRequest, bool> Which => which;

        public TaskCompletionSource<TxnRequest> Arrived { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Open { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<TxnResponse> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
