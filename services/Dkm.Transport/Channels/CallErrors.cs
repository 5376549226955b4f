namespace Dkm.Transport;

using System;
using System.Threading;
using Grpc.Core;

/// <summary>What a failed call becomes for its caller.</summary>
internal static class CallErrors
{
    /// <summary>The caller's own cancellation is no failure of the other side; everything else is a <see cref="Dkm.Core.DkmException"/>.</summary>
    public static Exception Map(RpcException exception, CancellationToken cancellationToken) =>
        exception.StatusCode == StatusCode.Cancelled && cancellationToken.IsCancellationRequested
            ? new OperationCanceledException(exception.Message, exception, cancellationToken)
            : StatusMapping.FromRpc(exception);
}
