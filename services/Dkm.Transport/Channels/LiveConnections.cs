namespace Dkm.Transport;

using System;
using System.Collections.Concurrent;
using System.Threading;
using Dkm.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// The open connections of a channel. Each server is judged again every second, since a connection may outlive the trust that it was made under.
/// </summary>
internal sealed class LiveConnections : IDisposable
{
    private readonly Uri address;
    private readonly TrustStore trust;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<ServiceStream, bool> live = [];
    private readonly ReloadTimer timer;
    private volatile bool disposed;
    private int renewals;

    public LiveConnections(Uri address, TrustStore trust, TimeProvider time, ILogger logger)
    {
        this.address = address;
        this.trust = trust;
        this.time = time;
        this.logger = logger;
        timer = new ReloadTimer(time, Recheck);
    }

    /// <summary>Rises when a server's certificate nears its end, so that calls should move to a fresh connection.</summary>
    public int Renewals => Volatile.Read(ref renewals);

    public void Add(ServiceStream stream, PeerIdentity peer)
    {
        stream.Established(peer, time.GetUtcNow(), ended => live.TryRemove(ended, out _));
        live.TryAdd(stream, true);

        // Dispose goes over the streams it finds; one that comes too late for it must not stay.
        ObjectDisposedException.ThrowIf(disposed, this);
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
                Log.ConnectionCut(logger, address, refusal.Message);
                stream.Dispose();
            }
        }
    }
}
