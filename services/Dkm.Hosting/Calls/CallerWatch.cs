namespace Dkm.Hosting;

using System;
using System.Globalization;
using System.Threading;
using Dkm.Core;

/// <summary>
/// Stands behind one stream and ends it: when its caller's certificate is no longer good, when the client has said nothing for too long, when the server stops.
/// The handler sees its token cancelled; the interceptor answers with the reason.
/// </summary>
internal sealed class CallerWatch : IDisposable
{
    private static readonly TimeSpan HandlerGrace = TimeSpan.FromSeconds(2);

    private readonly PeerConnection connection;
    private readonly TimeSpan? idleLimit;
    private readonly Action abort;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource source;
    private long heard;
    private bool finished;
    private long endTimestamp;
    private DkmException? why;

    public CallerWatch(PeerConnection connection, TimeSpan? idleLimit, Action abort, TimeProvider time, CancellationToken token)
    {
        this.connection = connection;
        this.idleLimit = idleLimit;
        this.abort = abort;
        this.time = time;
        source = CancellationTokenSource.CreateLinkedTokenSource(token);
        heard = time.GetTimestamp();
        Token = source.Token;
    }

    /// <summary>Cancelled when the stream must end.</summary>
    public CancellationToken Token { get; }

    /// <summary>Why it was ended, if it was ended by us.</summary>
    public DkmException? Why => Volatile.Read(ref why);

    /// <summary>The client has said something.</summary>
    public void Touch() => Volatile.Write(ref heard, time.GetTimestamp());

    /// <summary>The client has said all that it has to say, and waits for the answer.</summary>
    public void Finish() => Volatile.Write(ref finished, true);

    public void End(DkmException reason)
    {
        if (Interlocked.CompareExchange(ref why, reason, null) is null)
        {
            Volatile.Write(ref endTimestamp, time.GetTimestamp());

            // Not Cancel(): it would run the handler's continuations on the thread that judges all connections.
            _ = source.CancelAsync();
        }
    }

    public void Tick(long now)
    {
        if (Why is not null)
        {
            if (time.GetElapsedTime(Volatile.Read(ref endTimestamp), now) > HandlerGrace)
            {
                abort();
            }
        }
        else if (idleLimit is { } limit && !Volatile.Read(ref finished) && time.GetElapsedTime(Volatile.Read(ref heard), now) > limit)
        {
            End(new DkmException(
                ErrorKind.ResourceExhausted,
                Reasons.StreamIdle,
                string.Create(CultureInfo.InvariantCulture, $"the client of this stream has said nothing for {limit.TotalSeconds:0.###} s")));
        }
    }

    public void Dispose()
    {
        connection.Remove(this);
        source.Dispose();
    }
}
