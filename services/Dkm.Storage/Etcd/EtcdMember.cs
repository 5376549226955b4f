namespace Dkm.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;

/// <summary>One member: its connections, whether it has passed the check, and whether it is in doubt.</summary>
internal sealed class EtcdMember : IDisposable
{
    private static readonly TimeSpan DoubtTime = TimeSpan.FromSeconds(10);

    /// <summary>Far above what an answer takes, and far below the time that a try has.</summary>
    private static readonly TimeSpan LongWait = TimeSpan.FromMilliseconds(500);

    private readonly EtcdStoreOptions options;
    private readonly EtcdCredentials? credentials;
    private readonly EtcdMemberCheck check;
    private readonly TimeProvider timeProvider;
    private readonly SemaphoreSlim checkTurn = new(1, 1);
    private readonly Lock gate = new();
    private readonly List<long> underWay = [];
    private EtcdChannel channel;
    private volatile bool passed;
    private long? doubtedAt;

    public EtcdMember(Uri endpoint, EtcdStoreOptions options, EtcdCredentials? credentials, EtcdMemberCheck check, TimeProvider timeProvider)
    {
        Endpoint = endpoint;
        this.options = options;
        this.credentials = credentials;
        this.check = check;
        this.timeProvider = timeProvider;
        channel = Connect();
    }

    public Uri Endpoint { get; }

    public bool InDoubt
    {
        get
        {
            lock (gate)
            {
                return doubtedAt is { } since && timeProvider.GetElapsedTime(since) < DoubtTime;
            }
        }
    }

    /// <summary>
    /// A call has waited for it for long. It is not in doubt before the call's time is over; but whoever comes meanwhile is better served by another, or a member that hangs
    /// would cost each of them that time.
    /// </summary>
    public bool IsWaitedFor
    {
        get
        {
            lock (gate)
            {
                return underWay.Count > 0 && timeProvider.GetElapsedTime(underWay.Min()) > LongWait;
            }
        }
    }

    /// <summary>A call is on its way to it.</summary>
    /// <returns>For <see cref="End"/>.</returns>
    public long Begin()
    {
        lock (gate)
        {
            var start = timeProvider.GetTimestamp();
            underWay.Add(start);
            return start;
        }
    }

    public void End(long start)
    {
        lock (gate)
        {
            underWay.Remove(start);
        }
    }

    /// <summary>Its stubs, once the member has shown that it lets nobody in without a certificate.</summary>
    /// <exception cref="DkmException">FAILED_PRECONDITION STORE_INSECURE, STORE_REFUSED.</exception>
    public async ValueTask<EtcdChannel> ReadyAsync(CancellationToken cancellationToken)
    {
        if (!passed)
        {
            await checkTurn.WaitAsync(cancellationToken);
            try
            {
                if (!passed)
                {
                    await check.RunAsync(Endpoint, Current(), cancellationToken);
                    passed = true;
                }
            }
            finally
            {
                checkTurn.Release();
            }
        }

        return Current();
    }

    /// <summary>It answered: no more doubt.</summary>
    public void Praise()
    {
        lock (gate)
        {
            doubtedAt = null;
        }
    }

    /// <summary>
    /// It did not answer, or badly. Others are asked first for a while, and the next call to it makes a new connection: a cut may have left the old one dead
    /// without a sign.
    /// </summary>
    /// <returns>True if it was not in doubt before.</returns>
    public bool Doubt()
    {
        lock (gate)
        {
            if (InDoubt)
            {
                return false;
            }

            doubtedAt = timeProvider.GetTimestamp();

            // The old channel is not disposed: that would cut what others still have under way on it. Its connections end when they are idle.
            channel = Connect();
            return true;
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            channel.Dispose();
        }
    }

    private EtcdChannel Current()
    {
        lock (gate)
        {
            if (credentials is not null && credentials.Version != channel.Version)
            {
                channel = Connect();
            }

            return channel;
        }
    }

    private EtcdChannel Connect() => new(Endpoint, credentials, anonymous: false, options.ConnectTimeout);
}
