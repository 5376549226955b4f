namespace Dkm.Hosting;

using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

/// <summary>
/// Every open connection, and the one clock that judges all of them again: identity at each tick, age, idle streams, shutdown. One loop for
/// all, so that ten thousand connections cost no ten thousand timers.
/// </summary>
internal sealed class ConnectionTracker : BackgroundService
{
    /// <summary>How long a connection that was refused from the start stays, so that its first call learns why.</summary>
    private static readonly TimeSpan RefusalTime = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<PeerConnection, byte> connections = new();
    private readonly IdentityQuotas quotas;
    private readonly LimitOptions limits;
    private readonly TrustStore trust;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenRegistration stopping;
    private volatile DkmException? shutdown;

    public ConnectionTracker(
        ServerOptions options, TrustStore trust, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<ConnectionTracker> logger)
    {
        limits = options.Limits;
        quotas = new IdentityQuotas(limits);
        this.trust = trust;
        this.time = time;
        this.logger = logger;
        stopping = lifetime.ApplicationStopping.Register(Drain);
    }

    public int Count => connections.Count;

    /// <summary>Around the whole life of a connection, after its handshake.</summary>
    public async Task RunAsync(ConnectionContext context, ConnectionDelegate next)
    {
        var handshake = context.Features.Get<HandshakeResult>();
        var connection = new PeerConnection(
            context, trust, handshake?.Peer, handshake?.Refusal ?? (handshake is null ? HandshakeResult.NoCertificate : null), time.GetTimestamp());
        context.Features.Set(connection);
        var id = handshake?.Peer?.Id;
        if (id is not null)
        {
            connection.Use = quotas.Connect(id, out var allowed);
            if (!allowed)
            {
                connection.Refuse(new DkmException(
                    ErrorKind.ResourceExhausted,
                    Reasons.TooManyConnections,
                    $"this identity has {limits.ConnectionsPerIdentity} connections open, the most that are allowed"));
            }
        }

        connections.TryAdd(connection, 0);
        try
        {
            await next(context);
        }
        finally
        {
            connections.TryRemove(connection, out _);
            if (id is not null)
            {
                quotas.Disconnect(id);
            }
        }
    }

    /// <summary>A stream that is watched until it is disposed of.</summary>
    public CallerWatch Watch(PeerConnection connection, bool clientStreams, Action abort, CancellationToken token)
    {
        var watch = new CallerWatch(connection, clientStreams ? limits.StreamIdle : null, abort, time, token);
        connection.Add(watch);
        if (shutdown is { } why)
        {
            watch.End(why);
        }

        return watch;
    }

    public override void Dispose()
    {
        stopping.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(limits.Tick, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = time.GetTimestamp();
            foreach (var (connection, _) in connections)
            {
                Tick(connection, now);
            }
        }
    }

    private void Tick(PeerConnection connection, long now)
    {
        try
        {
            connection.Judge();
            connection.TickWatches(now);
            if (time.GetElapsedTime(connection.OpenTimestamp, now) > limits.ConnectionAge)
            {
                Close(connection, now, limits.ConnectionGrace, "too old");
            }
        }
        catch (DkmException why)
        {
            // The streams get one tick to answer with the reason; then the connection goes, and with it every call under way.
            connection.Refuse(why);
            if (!connection.NeverAdmitted || time.GetElapsedTime(connection.OpenTimestamp, now) > RefusalTime)
            {
                Close(connection, now, limits.Tick / 2, why.Reason);
            }
        }
    }

    private void Close(PeerConnection connection, long now, TimeSpan grace, string reason)
    {
        if (connection.CloseTimestamp is not { } asked)
        {
            Log.ClosingConnection(logger, reason);
            connection.RequestClose(now);
        }
        else if (time.GetElapsedTime(asked, now) >= grace)
        {
            connection.Abort(reason);
        }
    }

    private void Drain()
    {
        var why = new DkmException(ErrorKind.Unavailable, Reasons.ShuttingDown, "this server is shutting down; call again");
        shutdown = why;
        foreach (var (connection, _) in connections)
        {
            connection.EndWatches(why);
        }
    }
}
