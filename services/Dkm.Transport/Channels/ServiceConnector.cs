namespace Dkm.Transport;

using System;
using System.Collections.Concurrent;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// Makes the connections of a channel, and judges the servers at their other ends: once when connecting, then every second, since a
/// connection may outlive the trust that it was made under.
/// </summary>
internal sealed class ServiceConnector : IDisposable
{
    private readonly ServiceChannelOptions options;
    private readonly SpiffeId expected;
    private readonly CertificateSource? certificates;
    private readonly TrustStore trust;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<ServiceStream, bool> live = [];
    private readonly ReloadTimer timer;
    private volatile bool disposed;
    private int renewals;

    public ServiceConnector(
        ServiceChannelOptions options, CertificateSource? certificates, TrustStore trust, TimeProvider time, ILogger logger)
    {
        this.options = options;
        this.certificates = certificates;
        this.trust = trust;
        this.time = time;
        this.logger = logger;
        expected = SpiffeId.ForService(options.TrustDomain, options.Service);
        timer = new ReloadTimer(time, Recheck);
    }

    /// <summary>Rises when a server's certificate nears its end, so that calls should move to a fresh connection.</summary>
    public int Renewals => Volatile.Read(ref renewals);

    /// <summary>The shape of <see cref="SocketsHttpHandler.ConnectCallback"/>; a TLS stream from it is taken as it is.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var transport = await OpenAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
        var stream = new ServiceStream(transport, ExplainSilence);
        try
        {
            var peer = await AuthenticateAsync(stream, cancellationToken).ConfigureAwait(false);
            stream.Established(peer, time.GetUtcNow(), ended => live.TryRemove(ended, out _));
            live.TryAdd(stream, true);
            ObjectDisposedException.ThrowIf(disposed, this);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose()
    {
        disposed = true;
        timer.Dispose();
        foreach (var stream in live.Keys)
        {
            stream.Dispose();
        }
    }

    private async Task<NetworkStream> OpenAsync(DnsEndPoint endPoint, CancellationToken cancellationToken)
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
            throw LocalFailure.NotConnected($"{options.Service} does not answer at {options.Address}: {exception.Message}", exception);
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
            var settings = TlsSettings.ForClient(options.Address.Host, certificates, trust, judge.Judge);
            await stream.AuthenticateAsClientAsync(settings, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            throw judge.Refusal ?? ExplainHandshake(exception);
        }

        Log.Connected(logger, options.Address, expected.ToString());
        return judge.Peer ?? throw judge.Refuse("a server without a certificate");
    }

    private DkmException ExplainHandshake(Exception exception) =>
        TlsAlert.RefusesCertificate(exception)
            ? CertificateRefused(exception)
            : LocalFailure.NotConnected(
                $"what answers at {options.Address} does not complete a TLS 1.3 handshake for HTTP/2: {exception.Message}", exception);

    private DkmException ExplainSilence(Exception? exception)
    {
        if (TlsAlert.RefusesCertificate(exception))
        {
            return CertificateRefused(exception);
        }

        var likely = certificates is null ? "it wants a certificate and was shown none" : $"it does not accept the certificate of {Own()}";
        return LocalFailure.NotConnected(
            $"{options.Service} at {options.Address} ended the connection right after the TLS handshake; most likely {likely}", exception);
    }

    private DkmException CertificateRefused(Exception? exception) => certificates is null
        ? new DkmException(
            ErrorKind.Unauthenticated,
            Reasons.CertificateRequired,
            $"{options.Service} at {options.Address} wants a certificate and was shown none",
            innerException: exception)
        : Rejection.Of($"{options.Service} at {options.Address} does not accept the certificate of {Own()}: unknown CA, or out of its time", exception);

    private string Own() => SvidLeaf.Describe(certificates!.Leaf);

    private void Recheck()
    {
        var now = time.GetUtcNow();
        foreach (var stream in live.Keys)
        {
            try
            {
                trust.Recheck(stream.Peer!);
                if (now >= stream.RenewTime && live.TryUpdate(stream, false, true))
                {
                    Interlocked.Increment(ref renewals);
                }
            }
            catch (DkmException refusal)
            {
                Log.ConnectionCut(logger, options.Address, refusal.Message);
                stream.Dispose();
            }
        }
    }
}
