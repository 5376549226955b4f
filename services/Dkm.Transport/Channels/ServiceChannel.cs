namespace Dkm.Transport;

using System;
using System.Threading;
using Dkm.Core;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// The way to one DKM service. A server is accepted only if its verified SPIFFE ID is exactly the service meant. Failures arrive as
/// <see cref="DkmException"/>; the caller's own cancellation as <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class ServiceChannel : IDisposable
{
    private readonly ServiceChannelOptions options;
    private readonly CertificateSource? certificates;
    private readonly ServiceConnector connector;
    private readonly Lock gate = new();
    private ChannelGeneration generation;
    private bool disposed;

    /// <summary>Connects at the first call. Without <paramref name="client"/> no certificate is shown.</summary>
    public ServiceChannel(ServiceChannelOptions options, CertificateSource? client, TrustStore trust, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Address.Scheme != Uri.UriSchemeHttps)
        {
            throw new ArgumentException($"{options.Address} is not an https address", nameof(options));
        }

        this.options = options;
        certificates = client;
        connector = new ServiceConnector(options, client, trust, time, logger);
        generation = CreateGeneration();
        Invoker = new ChannelInvoker(this, options);
        RepeatingInvoker = new RepeatingInvoker(this, options, logger);
    }

    /// <summary>For generated clients: maps errors, sets the default deadline of unary calls, repeats nothing.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>
    /// For generated clients whose unary calls are safe to repeat (reads, calls with a request id): UNAVAILABLE is tried again with backoff
    /// and jitter inside the deadline. Streams are not repeated.
    /// </summary>
    public CallInvoker RepeatingInvoker { get; }

    /// <summary>gRPC's own invoker of this moment.</summary>
    internal CallInvoker Wire
    {
        get
        {
            var now = Volatile.Read(ref generation);
            return IsFresh(now) ? now.Invoker : Renew();
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
        }

        generation.Dispose();
        connector.Dispose();
    }

    /// <summary>What a failed call becomes for its caller, whose own cancellation is no failure of the other side.</summary>
    internal Exception Explain(RpcException exception, CancellationToken cancellationToken) => exception.StatusCode switch
    {
        StatusCode.Cancelled when cancellationToken.IsCancellationRequested =>
            new OperationCanceledException(exception.Message, exception, cancellationToken),
        StatusCode.DeadlineExceeded when string.IsNullOrEmpty(exception.Status.Detail) => connector.Failures.Deadline(),
        _ => LocalFailure.Find(exception, connector.Failures.Loss) ?? StatusMapping.FromAnswer(exception),
    };

    private bool IsFresh(ChannelGeneration now) =>
        now.Renewals == connector.Renewals && (certificates is null || now.CertificateVersion == certificates.Version);

    private ChannelGeneration CreateGeneration() => new(options, connector, certificates?.Version ?? 0, connector.Renewals);

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
