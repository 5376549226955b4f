namespace Dkm.Hosting;

using System;
using System.Diagnostics;
using System.IO;
using Dkm.Core;
using Dkm.Transport;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>Whatever a call ends with, as a status. What is not one of ours becomes INTERNAL with a trace id, and the rest stays in the log.</summary>
internal sealed class CallErrors(ILogger<CallErrors> logger)
{
    public RpcException Map(Exception exception, Caller caller, ServerCallContext context, TimeSpan duration)
    {
        var status = exception switch
        {
            DkmException { Kind: not ErrorKind.Internal } known => StatusMapping.ToRpc(known, null),

            // gRPC's own, such as a message over the limit inside a stream.
            RpcException rpc => rpc,
            OperationCanceledException or IOException when context.CancellationToken.IsCancellationRequested => Ended(context),
            _ => Unexpected(exception, caller, context),
        };
        Telemetry.Failed(caller.Rule, status.StatusCode, duration);
        return status;
    }

    private static RpcException Ended(ServerCallContext context) => new(
        context.Status.StatusCode == StatusCode.DeadlineExceeded
            ? context.Status
            : new Status(StatusCode.Cancelled, "the caller has gone"));

    private RpcException Unexpected(Exception exception, Caller caller, ServerCallContext context)
    {
        var traceId = Activity.Current?.TraceId.ToHexString() ?? context.GetHttpContext().TraceIdentifier;
        Log.CallFailed(logger, caller.Rule.FullMethod, traceId, exception);
        return StatusMapping.ToRpc(
            exception as DkmException ?? new DkmException(ErrorKind.Internal, Reasons.Internal, "internal error", innerException: exception), traceId);
    }
}
