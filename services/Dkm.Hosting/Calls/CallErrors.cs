namespace Dkm.Hosting;

using System;
using System.Diagnostics;
using System.IO;
using Dkm.Core;
using Dkm.Transport;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
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
            _ => Unexpected(exception, caller, context.GetHttpContext()),
        };
        Telemetry.Failed(caller.Rule, status.StatusCode, duration);
        return status;
    }

    /// <summary>For a call that gRPC has not seen: the status is all there is.</summary>
    public void Refuse(Exception exception, Caller caller, HttpContext context)
    {
        var status = exception is DkmException { Kind: not ErrorKind.Internal } known
            ? StatusMapping.ToRpc(known, null)
            : Unexpected(exception, caller, context);
        Telemetry.Failed(caller.Rule, status.StatusCode, TimeSpan.Zero);
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = "application/grpc";
        GrpcStatus.Write(status, response.Headers);
    }

    /// <summary>gRPC answers UNKNOWN or INTERNAL to a request that it could not read; it is the caller's mistake, and says so.</summary>
    public static void MendMalformed(Caller caller, HttpContext context)
    {
        var headers = context.Response.Headers;
        if (!context.Response.HasStarted && (GrpcStatus.Is(StatusCode.Unknown, headers) || GrpcStatus.Is(StatusCode.Internal, headers)))
        {
            var status = StatusMapping.ToRpc(Malformed(), null);
            Telemetry.Failed(caller.Rule, status.StatusCode, TimeSpan.Zero);
            GrpcStatus.Write(status, headers);
        }
    }

    public static DkmException Malformed(Exception? cause = null) =>
        new(ErrorKind.InvalidArgument, Reasons.Malformed, "the request is not a well-formed message of this method", innerException: cause);

    private static RpcException Ended(ServerCallContext context) => new(
        context.Status.StatusCode == StatusCode.DeadlineExceeded
            ? context.Status
            : new Status(StatusCode.Cancelled, "the caller has gone"));

    private RpcException Unexpected(Exception exception, Caller caller, HttpContext context)
    {
        var traceId = Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
        Log.CallFailed(logger, caller.Rule.FullMethod, traceId, exception);
        return StatusMapping.ToRpc(
            exception as DkmException ?? new DkmException(ErrorKind.Internal, Reasons.Internal, "internal error", innerException: exception), traceId);
    }
}
