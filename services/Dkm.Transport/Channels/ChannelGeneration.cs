namespace Dkm.Transport;

using System;
using System.Net.Http;
using Grpc.Core;
using Grpc.Net.Client;

/// <summary>
/// A pool of connections made under one certificate of ours. When the certificate is renewed, new calls go to a new generation; calls and
/// streams of the old one end in their own time, and its idle connections after a minute.
/// </summary>
internal sealed class ChannelGeneration
{
    private readonly GrpcChannel channel;

    public ChannelGeneration(
        Uri address, ServiceChannelOptions options, bool isOneOfSeveral, ServiceConnector connector, long certificateVersion, int renewals)
    {
        CertificateVersion = certificateVersion;
        Renewals = renewals;
        channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = CreateHandler(isOneOfSeveral, connector),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = options.MaximumMessage,
            // Nothing of ours is compressed; a server that sends gzip all the same is not asked to fill our memory.
            CompressionProviders = [],
        });
        Invoker = channel.CreateCallInvoker();
    }

    public long CertificateVersion { get; }

    public int Renewals { get; }

    public CallInvoker Invoker { get; }

    public void Dispose() => channel.Dispose();

    private static SocketsHttpHandler CreateHandler(bool isOneOfSeveral, ServiceConnector connector) => new()
    {
        ConnectCallback = connector.ConnectAsync,
        EnableMultipleHttp2Connections = true,
        // Where there is another replica, one whose process hangs is left after two seconds; where there is none, leaving early gains nothing.
        KeepAlivePingDelay = TimeSpan.FromSeconds(isOneOfSeveral ? 1 : 20),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(isOneOfSeveral ? 1 : 10),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        PooledConnectionLifetime = TimeSpan.FromMinutes(15),
        // Environment variables must not put a stranger between us and the service.
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
    };
}
