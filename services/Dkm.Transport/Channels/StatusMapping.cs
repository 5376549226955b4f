namespace Dkm.Transport;

using System;
using System.Linq;
using Dkm.Core;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

/// <summary>One error, two shapes: <see cref="DkmException"/> inside, <c>google.rpc.Status</c> with ErrorInfo and BadRequest on the wire.</summary>
public static class StatusMapping
{
    private const string TraceId = "trace_id";

    /// <summary>An answer of the other side, or a failure to reach it. Unknown shapes get the plain reason of their code.</summary>
    public static DkmException FromRpc(RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return LocalFailure.Find(exception) ?? FromAnswer(exception);
    }

    /// <summary>INTERNAL tells <paramref name="traceId"/> and nothing else of what happened.</summary>
    public static RpcException ToRpc(DkmException exception, string? traceId)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (exception.Kind == ErrorKind.Internal)
        {
            return Internal(traceId);
        }

        var status = new Google.Rpc.Status { Code = (int)exception.Kind, Message = exception.Message };
        status.Details.Add(Any.Pack(new ErrorInfo { Domain = Reasons.Domain, Reason = exception.Reason }));
        if (exception.Field is { } field)
        {
            var violation = new BadRequest.Types.FieldViolation { Field = field, Description = exception.Message, Reason = exception.Reason };
            status.Details.Add(Any.Pack(new BadRequest { FieldViolations = { violation } }));
        }

        return status.ToRpcException();
    }

    /// <summary>For a status that came over the wire.</summary>
    internal static DkmException FromAnswer(RpcException exception)
    {
        var status = ReadDetails(exception);
        var info = Unpack<ErrorInfo>(status);
        var reason = info is { Domain: Reasons.Domain, Reason.Length: > 0 } ? info.Reason : StatusCodes.PlainReason(exception.StatusCode);
        var field = Unpack<BadRequest>(status)?.FieldViolations.FirstOrDefault()?.Field;
        return new DkmException(
            StatusCodes.ToKind(exception.StatusCode), reason, exception.Status.Detail, string.IsNullOrEmpty(field) ? null : field, exception);
    }

    private static RpcException Internal(string? traceId)
    {
        var info = new ErrorInfo { Domain = Reasons.Domain, Reason = Reasons.Internal };
        if (traceId is not null)
        {
            info.Metadata.Add(TraceId, traceId);
        }

        var message = traceId is null ? "internal error" : $"internal error, trace id {traceId}";
        return new Google.Rpc.Status { Code = (int)ErrorKind.Internal, Message = message, Details = { Any.Pack(info) } }.ToRpcException();
    }

    /// <summary>Details are the other side's bytes: ill-formed ones count as none.</summary>
    private static Google.Rpc.Status? ReadDetails(RpcException exception)
    {
        try
        {
            return exception.GetRpcStatus();
        }
        catch (Exception malformed) when (malformed is InvalidProtocolBufferException or FormatException)
        {
            return null;
        }
    }

    private static T? Unpack<T>(Google.Rpc.Status? status)
        where T : class, IMessage<T>, new()
    {
        try
        {
            return status?.GetDetail<T>();
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
