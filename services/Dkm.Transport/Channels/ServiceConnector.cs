namespace Dkm.Transport;

using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Microsoft.Extensions.Logging;

/// <summary>Makes the connections of a channel: TCP, TLS under our certificate of the moment, and the judgement of the server at the other end.</summary>
internal sealed class ServiceConnector : IDisposable
{
    private readonly Uri address;
    private readonly IPAddress? via;
    private readonly ServiceChannelOptions options;
    private readonly SpiffeId expected;
    private readonly CertificateSource? certificates;
    private readonly TrustStore trust;
    private readonly ILogger logger;
    private readonly LiveConnections live;

    /// <param name="address">The replica's address.</param>
    /// <param name="via">The one of its name's addresses that is meant; null leaves it to the resolution at each connection.</param>
    /// <param name="options">Who it must be.</param>
    /// <param name="certificates">Ours.</param>
    /// <param name="trust">What judges the server.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where connections are told.</param>
    public ServiceConnector(
        Uri address,
        IPAddress? via,
        ServiceChannelOptions options,
        CertificateSource? certificates,
        TrustStore trust,
        TimeProvider time,
        ILogger logger)
    {
        this.address = address;
        this.via = via;
        this.options = options;
        this.certificates = certificates;
        this.trust = trust;
        this.logger = logger;
        expected = SpiffeId.ForService(options.TrustDomain, options.Service);
        live = new LiveConnections(address, trust, time, logger);
        Failures = new ConnectionFailures(address, options, certificates, time);
    }

    public ConnectionFailures Failures { get; }

    /// <inheritdoc cref="LiveConnections.Renewals"/>
    public int Renewals => live.Renewals;

    /// <summary>The shape of <see cref="SocketsHttpHandler.ConnectCallback"/>; a TLS stream from it is taken as it is.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.ConnectTimeout);
        try
        {
            EndPoint endPoint = via is null ? context.DnsEndPoint : new IPEndPoint(via, context.DnsEndPoint.Port);
            return await ConnectAsync(endPoint, timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NoConnectionException(Failures.Keep(Failures.Timeout(options.ConnectTimeout, exception)));
        }
        catch (DkmException exception)
        {
            throw new NoConnectionException(Failures.Keep(exception));
        }
    }

    public void Dispose() => live.Dispose();

    private async Task<ServiceStream> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        var transport = await OpenAsync(endPoint, cancellationToken).ConfigureAwait(false);
        var stream = new ServiceStream(transport, Failures.Silence, Failures.Clear);
        try
        {
            live.Add(stream, await AuthenticateAsync(stream, cancellationToken).ConfigureAwait(false));
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<NetworkStream> OpenAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw Failures.Unreachable(exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<PeerIdentity> AuthenticateAsync(ServiceStream stream, CancellationToken cancellationToken)
    {
        var judge = new ServerJudge(expected, trust);
        try
        {
            var settings = TlsSettings.ForClient(address.Host, certificates, trust, judge.Judge);
            await stream.AuthenticateAsClientAsync(settings, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            throw judge.Refusal ?? Failures.Handshake(exception);
        }

        Log.Connected(logger, address, expected.ToString());
        return judge.Peer ?? throw judge.Refuse("a server without a certificate");
    }
}
