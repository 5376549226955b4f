namespace Dkm.Transport;

using System;
using System.IO;
using System.Net.Security;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;

/// <summary>
/// The TLS stream of one connection. In TLS 1.3 a server judges our certificate after the handshake has ended on our side, so its refusal
/// arrives where the first HTTP/2 frame should be; this is the one place that can tell it from any other end.
/// </summary>
internal sealed class ServiceStream : SslStream
{
    private readonly Func<Exception?, Exception> explainSilence;
    private readonly Action whenHeard;
    private volatile Action<ServiceStream>? ended;
    private volatile bool heard;

    public ServiceStream(Stream transport, Func<Exception?, Exception> explainSilence, Action whenHeard)
        : base(transport, leaveInnerStreamOpen: false)
    {
        this.explainSilence = explainSilence;
        this.whenHeard = whenHeard;
    }

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

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        heard ? base.WriteAsync(buffer, cancellationToken) : WriteFirstAsync(buffer, cancellationToken);

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

    /// <summary>The connection may be given up on either half first; then the other half sees a disposed stream.</summary>
    private static bool IsEnd(Exception exception) => exception is IOException or AuthenticationException or ObjectDisposedException;

    private async ValueTask<int> ReadFirstAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count;
        try
        {
            count = await base.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            throw Silence(exception);
        }

        if (count == 0 && buffer.Length > 0)
        {
            throw Silence(null);
        }

        if (count > 0)
        {
            heard = true;
            whenHeard();
        }

        return count;
    }

    private async ValueTask WriteFirstAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            await base.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsEnd(exception) && !heard)
        {
            throw Silence(exception);
        }
    }

    private IOException Silence(Exception? exception) => new("the server ended the connection before its first frame", explainSilence(exception));
}
