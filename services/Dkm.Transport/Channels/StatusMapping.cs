namespace Dkm.Transport;

using System;
using Dkm.Core;
using Grpc.Core;

/// <summary>One error, two shapes: <see cref="DkmException"/> inside, <c>google.rpc.Status</c> with ErrorInfo and BadRequest on the wire.</summary>
public static class StatusMapping
{
    public static DkmException FromRpc(RpcException exception) => throw new NotImplementedException();

    /// <summary>INTERNAL tells <paramref name="traceId"/> and nothing else of what happened.</summary>
    public static RpcException ToRpc(DkmException exception, string? traceId) => throw new NotImplementedException();
}
