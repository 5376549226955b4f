namespace Dkm.Testing.Etcd;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Storage;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// A member that says what a test wants, over plaintext HTTP/2: any status, no answer at all, a broken connection. It speaks gRPC's frames by itself, so
/// that nothing stands between the script and the wire.
/// </summary>
public sealed class FakeEtcd : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<(string Method, string? HasLeader)> calls = new();

    private FakeEtcd()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        app = builder.Build();
        app.Run(ServeAsync);
    }

    public Uri Endpoint => new(app.Urls.Single());

    public Func<RangeRequest, CancellationToken, Task<RangeResponse>> OnRange { get; set; } = (_, _) => Task.FromResult(new RangeResponse { Header = Header(1) });

    public Func<TxnRequest, CancellationToken, Task<TxnResponse>> OnTxn { get; set; } =
        (_, _) => Task.FromResult(new TxnResponse { Header = Header(2), Succeeded = true });

    public Func<LeaseGrantRequest, CancellationToken, Task<LeaseGrantResponse>> OnLeaseGrant { get; set; } = (_, _) => throw Unimplemented();

    public Func<LeaseRevokeRequest, CancellationToken, Task<LeaseRevokeResponse>> OnLeaseRevoke { get; set; } = (_, _) => throw Unimplemented();

    public Func<FakeEtcdStream<WatchRequest, WatchResponse>, Task> OnWatch { get; set; } = _ => Task.CompletedTask;

    public Func<FakeEtcdStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse>, Task> OnKeepAlive { get; set; } = _ => Task.CompletedTask;

    /// <summary>What was called, and what stood in the <c>hasleader</c> metadata.</summary>
    public IReadOnlyList<(string Method, string? HasLeader)> Calls => [.. calls];

    public static async Task<FakeEtcd> StartAsync()
    {
        var fake = new FakeEtcd();
        await fake.app.StartAsync();
        return fake;
    }

    /// <summary>Options for these members, in this order of preference or any other.</summary>
    public static EtcdStoreOptions Options(params FakeEtcd[] members) => new()
    {
        Endpoints = [.. members.Select(member => member.Endpoint)],
        AllowPlaintext = true,
        TryTimeout = TimeSpan.FromMilliseconds(500),
        WatchSilence = TimeSpan.FromMilliseconds(600),
    };

    public static ResponseHeader Header(long revision) => new() { ClusterId = 7, Revision = revision };

    /// <summary>Never answers, until the client gives up.</summary>
    public static async Task<T> HangAsync<T>(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new InvalidOperationException("nothing ends this but the client");
    }

    public int Count(string method) => calls.Count(call => call.Method == method);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var method = context.Request.Path.Value!.Split('/')[^1];
        calls.Enqueue((method, context.Request.Headers["hasleader"]));
        context.Response.ContentType = "application/grpc";
        var status = Status.DefaultSuccess;
        try
        {
            await RunAsync(method, context);
        }
        catch (RpcException exception)
        {
            status = exception.Status;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        context.Response.AppendTrailer("grpc-status", ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture));
        context.Response.AppendTrailer("grpc-message", status.Detail);
    }

    private Task RunAsync(string method, HttpContext context) => method switch
    {
        "Range" => UnaryAsync(context, RangeRequest.Parser, OnRange),
        "Txn" => UnaryAsync(context, TxnRequest.Parser, OnTxn),
        "LeaseGrant" => UnaryAsync(context, LeaseGrantRequest.Parser, OnLeaseGrant),
        "LeaseRevoke" => UnaryAsync(context, LeaseRevokeRequest.Parser, OnLeaseRevoke),
        "Watch" => OnWatch(new FakeEtcdStream<WatchRequest, WatchResponse>(context, WatchRequest.Parser)),
        "LeaseKeepAlive" => OnKeepAlive(new FakeEtcdStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse>(context, LeaseKeepAliveRequest.Parser)),
        _ => throw Unimplemented(),
    };

    private static RpcException Unimplemented() => new(new Status(StatusCode.Unimplemented, "nobody has said what to answer"));

    private static async Task UnaryAsync<TRequest, TResponse>(
        HttpContext context, MessageParser<TRequest> parser, Func<TRequest, CancellationToken, Task<TResponse>> handle)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var stream = new FakeEtcdStream<TRequest, TResponse>(context, parser);
        await stream.SendAsync(await handle((await stream.ReadAsync())!, context.RequestAborted));
    }
}
