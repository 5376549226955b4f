namespace Dkm.Hosting;

using System.Collections.Generic;
using System.Threading;
using Dkm.Core;
using Dkm.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

/// <summary>
/// One TLS connection and who is behind it. The certificate is judged in full once, in the handshake; a call only checks again what can have
/// changed since. Lies in the connection's features, where each of its calls finds it.
/// </summary>
internal sealed class PeerConnection
{
    private readonly Lock gate = new();
    private readonly List<CallerWatch> watches = [];
    private readonly ConnectionContext context;
    private readonly TrustStore trust;
    private readonly PeerIdentity? peer;
    private volatile DkmException? refusal;

    public PeerConnection(ConnectionContext context, TrustStore trust, PeerIdentity? peer, DkmException? refusal, long openTimestamp)
    {
        this.context = context;
        this.trust = trust;
        this.peer = peer;
        this.refusal = refusal;
        OpenTimestamp = openTimestamp;
    }

    public PeerIdentity Peer => peer ?? throw refusal!;

    public long OpenTimestamp { get; }

    /// <summary>No call was ever let in: nothing of it can be under way, and the client may still be about to ask.</summary>
    public bool NeverAdmitted { get; private set; } = true;

    public IdentityUse? Use { get; set; }

    /// <summary>When it was asked to close, if it was.</summary>
    public long? CloseTimestamp { get; private set; }

    /// <summary>Lock two, at the start of every call.</summary>
    /// <exception cref="DkmException">UNAUTHENTICATED, or RESOURCE_EXHAUSTED for a connection too many.</exception>
    public void Judge()
    {
        DemandUnrefused();
        trust.Recheck(peer!);
        NeverAdmitted = false;
    }

    /// <summary>What the handshake or a tick since has found.</summary>
    /// <exception cref="DkmException">UNAUTHENTICATED, or RESOURCE_EXHAUSTED for a connection too many.</exception>
    public void DemandUnrefused()
    {
        if (refusal is { } why)
        {
            throw why;
        }
    }

    /// <summary>Nothing that comes over this connection is served any more; what is open ends with <paramref name="why"/>.</summary>
    public void Refuse(DkmException why)
    {
        refusal ??= why;
        EndWatches(why);
    }

    public void RequestClose(long timestamp)
    {
        CloseTimestamp ??= timestamp;
        context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
    }

    public void Abort(string reason) => context.Abort(new ConnectionAbortedException(reason));

    public void Add(CallerWatch watch)
    {
        lock (gate)
        {
            watches.Add(watch);
        }
    }

    public void Remove(CallerWatch watch)
    {
        lock (gate)
        {
            watches.Remove(watch);
        }
    }

    public void EndWatches(DkmException why)
    {
        lock (gate)
        {
            foreach (var watch in watches)
            {
                watch.End(why);
            }
        }
    }

    public void TickWatches(long timestamp)
    {
        lock (gate)
        {
            foreach (var watch in watches)
            {
                watch.Tick(timestamp);
            }
        }
    }
}
