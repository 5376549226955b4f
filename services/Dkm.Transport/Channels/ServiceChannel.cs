namespace Dkm.Transport;

using System;
using Dkm.Core;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// The way to one DKM service. A server is accepted only if its verified SPIFFE ID is exactly the service meant. Failures arrive as
/// <see cref="DkmException"/>; the caller's own cancellation as <see cref="OperationCanceledException"/>.
/// </summary>
public sealed class ServiceChannel : IDisposable
{
    /// <summary>Connects at the first call. Without <paramref name="client"/> no certificate is shown.</summary>
    public ServiceChannel(ServiceChannelOptions options, CertificateSource? client, TrustStore trust, TimeProvider time, ILogger logger) =>
        throw new NotImplementedException();

    /// <summary>For generated clients: maps errors, sets the default deadline of unary calls, repeats nothing.</summary>
    public CallInvoker Invoker => throw new NotImplementedException();

    /// <summary>For generated clients whose unary calls are safe to repeat (reads, calls with a request id): UNAVAILABLE is tried again with backoff and jitter inside the deadline.</summary>
    public CallInvoker RepeatingInvoker => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
