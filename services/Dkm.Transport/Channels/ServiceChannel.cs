namespace Dkm.Transport;

using System;
using System.Linq;
using Dkm.Core;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// The way to one DKM service, over all of its replicas. A server is accepted only if its verified SPIFFE ID is exactly the service meant. Failures arrive as
/// <see cref="DkmException"/>; the caller's own cancellation as <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class ServiceChannel : IDisposable
{
    private readonly ReplicaSet replicas;

    /// <summary>Connects at the first call. Without <paramref name="client"/> no certificate is shown.</summary>
    public ServiceChannel(ServiceChannelOptions options, CertificateSource? client, TrustStore trust, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Addresses.FirstOrDefault(address => address.Scheme != Uri.UriSchemeHttps) is { } wrong)
        {
            throw new ArgumentException($"{wrong} is not an https address", nameof(options));
        }

        replicas = new ReplicaSet(options, client, trust, time, logger);
        Invoker = new ChannelInvoker(replicas, options, repeats: false, logger);
        RepeatingInvoker = new ChannelInvoker(replicas, options, repeats: true, logger);
    }

    /// <summary>For generated clients: maps errors, sets the default deadline of unary calls, repeats nothing that may have left this process.</summary>
    public CallInvoker Invoker { get; }

    /// <summary>
    /// For generated clients whose unary calls are safe to repeat (reads, calls with a request id): UNAVAILABLE is tried again inside the deadline, at another
    /// replica at once, at the same one with backoff and jitter; so is a replica that hangs, where there is another. Streams are not repeated.
    /// </summary>
    public CallInvoker RepeatingInvoker { get; }

    public void Dispose() => replicas.Dispose();
}
