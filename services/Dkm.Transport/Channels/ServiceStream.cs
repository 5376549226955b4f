namespace Dkm.Transport;

using System;
using System.IO;
using System.Net.Security;
using System.Threading;
using System.Threading.Tasks;

/// <summary>
/// The TLS stream of one connection. In TLS 1.3 a server judges our certificate after the handshake has ended on our side, so its refusal
/// arrives where the first HTTP/2 frame should be; this is the one place that can tell it from any other end.
/// </summary>
internal sealed class ServiceStream : SslStream
{
    private readonly Func<Exception?, Exception> explainSilence;
    private volatile Action<ServiceStream>? ended;
    private bool heard;

    public ServiceStream(Stream transport, Func<Exception?, Exception> explainSilence)
        : base(transport, leaveInnerStreamOpen: false) => this.explainSilence = explainSilence;

    public PeerIdentity? Peer { get; private set; }

    /// <summary>From here on new calls should go over a fresh connection, which shows a newer certificate of the server.</summary>
    public DateTimeOffset RenewTime { get; private set; }

    /// <param name="peer">Who the server has proved to be.</param>
    /// <param name="now">The time of connecting.</param>
    /// <param name="whenEnded">Called once, when the connection is given up.</param>
    public void Established(PeerIdentity peer, DateTimeOffset now, Action<ServiceStream> whenEnded)
    {
        Peer = peer;
        RenewTime = now + ((peer.NotAfter - now) * 0.75);
        ended = whenEnded;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        heard ? base.ReadAsync(buffer, cancellationToken) : ReadFirstAsync(buffer, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        Interlocked.Exchange(ref ended, null)?.Invoke(this);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync().ConfigureAwait(false);
        Interlocked.Exchange(ref ended, null)?.Invoke(this);
    }

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count;
        try
        {
            count = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or System.Security.Authentication.AuthenticationException)
        {
            throw new IOException("the server ended the connection before its first frame", explainSilence(exception));
        }

        if (count == 0 && buffer.Length > 0)
        {
            throw new IOException("the server ended the connection before its first frame", explainSilence(null));
        }

        heard |= count > 0;
        return count;
    }
}
