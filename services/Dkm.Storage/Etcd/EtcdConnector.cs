namespace Dkm.Storage;

using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;

/// <summary>Makes the connections to one member: TCP, and TLS with the files' content of this moment.</summary>
internal sealed class EtcdConnector
{
    private readonly Uri endpoint;
    private readonly EtcdCredentials? credentials;
    private readonly bool anonymous;
    private readonly TimeSpan timeout;

    public EtcdConnector(Uri endpoint, EtcdCredentials? credentials, bool anonymous, TimeSpan timeout)
    {
        this.endpoint = endpoint;
        this.credentials = credentials;
        this.anonymous = anonymous;
        this.timeout = timeout;
    }

    /// <summary>The shape of <see cref="SocketsHttpHandler.ConnectCallback"/>; a TLS stream from it is taken as it is.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            return await OpenAsync(context.DnsEndPoint, limit.Token);
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException)
        {
            throw new EtcdUnreachableException($"no connection to {endpoint}: {exception.Message}", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EtcdUnreachableException($"no connection to {endpoint} within {timeout.TotalSeconds} s", exception);
        }
    }

    private async Task<Stream> OpenAsync(DnsEndPoint address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream stream;
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            stream = new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return credentials is null || endpoint.Scheme != Uri.UriSchemeHttps ? stream : await SecureAsync(stream, credentials, cancellationToken);
    }

    private async Task<SslStream> SecureAsync(Stream transport, EtcdCredentials shown, CancellationToken cancellationToken)
    {
        var stream = new SslStream(transport, leaveInnerStreamOpen: false);
        try
        {
            await stream.AuthenticateAsClientAsync(shown.Settings(endpoint.IdnHost, anonymous), cancellationToken);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}
