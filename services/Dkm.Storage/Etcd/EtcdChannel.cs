namespace Dkm.Storage;

using System;
using System.Net.Http;
using Etcdserverpb;
using Grpc.Net.Client;

/// <summary>
/// The connections to one member and dotnet-etcd's stubs over them. Its own client is not used: what that does with TLS, retries, watches and leases is
/// told in ARCHITECTURE.
/// </summary>
internal sealed class EtcdChannel : IDisposable
{
    // A page of 10,000 records is far below; without a bound a member could fill our memory.
    private const int MaximumAnswer = 256 * 1024 * 1024;

    private readonly GrpcChannel channel;

    public EtcdChannel(Uri endpoint, EtcdCredentials? credentials, bool anonymous, TimeSpan connectTimeout)
    {
        Version = credentials?.Version ?? default;
        channel = GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
        {
            HttpHandler = CreateHandler(new EtcdConnector(endpoint, credentials, anonymous, connectTimeout)),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MaximumAnswer,
            MaxSendMessageSize = null,
            CompressionProviders = [],
            // No service config: gRPC's own retries would send a write again whose outcome is not known.
            ServiceConfig = null,
        });
        var invoker = channel.CreateCallInvoker();
        Kv = new KV.KVClient(invoker);
        Watch = new Watch.WatchClient(invoker);
        Lease = new Lease.LeaseClient(invoker);
        Maintenance = new Maintenance.MaintenanceClient(invoker);
    }

    /// <summary>The credentials that its connections are made with.</summary>
    public (long Certificate, long Authorities) Version { get; }

    public KV.KVClient Kv { get; }

    public Watch.WatchClient Watch { get; }

    public Lease.LeaseClient Lease { get; }

    public Maintenance.MaintenanceClient Maintenance { get; }

    public void Dispose() => channel.Dispose();

    private static SocketsHttpHandler CreateHandler(EtcdConnector connector) => new()
    {
        ConnectCallback = connector.ConnectAsync,
        EnableMultipleHttp2Connections = true,
        // etcd cuts who pings more often than every 5 s, or without a call under way.
        KeepAlivePingDelay = TimeSpan.FromSeconds(10),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        PooledConnectionLifetime = TimeSpan.FromMinutes(15),
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
    };
}
