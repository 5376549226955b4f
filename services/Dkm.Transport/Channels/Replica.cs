namespace Dkm.Transport;

using System;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// The way to one replica of a service, and whether it is worth going. One of several that fails is left at once, is asked for its health with growing pauses,
/// and gets calls again when it serves; the only one there is gets them all.
/// </summary>
internal sealed class Replica : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    private readonly ServiceChannelOptions options;
    private readonly CertificateSource? certificates;
    private readonly ServiceConnector connector;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly bool isOneOfSeveral;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private ChannelGeneration generation;
    private int inFlight;
    private int left;
    private bool disposed;

    public Replica(
        Uri address,
        IPAddress? via,
        bool isOneOfSeveral,
        ServiceChannelOptions options,
        CertificateSource? certificates,
        TrustStore trust,
        TimeProvider time,
        ILogger logger)
    {
        Address = address;
        Via = via;
        this.isOneOfSeveral = isOneOfSeveral;
        this.certificates = certificates;
        this.time = time;
        this.logger = logger;

        // Where there are others, one that does not even answer TCP and TLS is left as soon as one that does not answer a call.
        this.options = isOneOfSeveral && options.TryTimeout < options.ConnectTimeout ? options with { ConnectTimeout = options.TryTimeout } : options;
        connector = new ServiceConnector(address, via, this.options, certificates, trust, time, logger);
        generation = CreateGeneration();
    }

    public Uri Address { get; }

    /// <summary>One address of several that the name has; null where the name is resolved at each connection.</summary>
    public IPAddress? Via { get; }

    /// <summary>Unary calls under way.</summary>
    public int InFlight => Volatile.Read(ref inFlight);

    public bool IsLeft => Volatile.Read(ref left) != 0;

    /// <summary>gRPC's own invoker of this moment.</summary>
    public CallInvoker Wire
    {
        get
        {
            var now = Volatile.Read(ref generation);
            return IsFresh(now) ? now.Invoker : Renew();
        }
    }

    public void Begin() => Interlocked.Increment(ref inFlight);

    public void End() => Interlocked.Decrement(ref inFlight);

    /// <summary>What a failed call becomes for its caller, whose own cancellation is no failure of the other side.</summary>
    public Exception Explain(RpcException exception, CancellationToken cancellationToken)
    {
        // A call that is cancelled just while it reads is told by HTTP as a lost connection.
        if (cancellationToken.IsCancellationRequested && exception.StatusCode is (StatusCode.Cancelled or StatusCode.Unavailable))
        {
            return new OperationCanceledException(exception.Message, exception, cancellationToken);
        }

        var failure = exception.StatusCode == StatusCode.DeadlineExceeded && string.IsNullOrEmpty(exception.Status.Detail)
            ? connector.Failures.Deadline()
            : LocalFailure.Find(exception, connector.Failures.Loss) ?? StatusMapping.FromAnswer(exception);
        if (failure.Kind is ErrorKind.Unavailable || failure.Reason == Reasons.ServerIdentity)
        {
            Leave(failure.Message);
        }

        return failure;
    }

    /// <summary>No calls for it from now on, until its health says that it serves.</summary>
    public void Leave(string why)
    {
        if (isOneOfSeveral && !stop.IsCancellationRequested && Interlocked.Exchange(ref left, 1) == 0)
        {
            Log.ReplicaLeft(logger, options.Service, Address, why);
            _ = ReturnAsync();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
        }

        // Not disposed of: a probe may be about to look at it.
        stop.Cancel();
        generation.Dispose();
        connector.Dispose();
    }

    private async Task ReturnAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            await Task.Delay(Backoff.After(attempt, FirstPause, LongestPause), time, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stop.IsCancellationRequested)
            {
                return;
            }

            try
            {
                if (await HealthProbe.IsServingAsync(Wire, options.TryTimeout, stop.Token).ConfigureAwait(false))
                {
                    Volatile.Write(ref left, 0);
                    Log.ReplicaBack(logger, options.Service, Address);
                    return;
                }
            }
            catch (Exception exception) when (exception is RpcException or DkmException or ObjectDisposedException)
            {
                Log.ReplicaAway(logger, options.Service, Address, attempt, exception.Message);
            }
        }
    }

    private bool IsFresh(ChannelGeneration now) =>
        now.Renewals == connector.Renewals && (certificates is null || now.CertificateVersion == certificates.Version);

    private ChannelGeneration CreateGeneration() =>
        new(Address, options, isOneOfSeveral, connector, certificates?.Version ?? 0, connector.Renewals);

    private CallInvoker Renew()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (!IsFresh(generation))
            {
                // The old one is not disposed: that would cut its calls. The connector cuts what is left when this is disposed.
                Volatile.Write(ref generation, CreateGeneration());
            }

            return generation.Invoker;
        }
    }
}
