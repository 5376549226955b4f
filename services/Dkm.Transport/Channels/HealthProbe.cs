namespace Dkm.Transport;

using System;
using System.Threading;
using System.Threading.Tasks;
using Grpc.Core;

/// <summary>Asks one replica by the standard health service whether it serves. The two messages are a few bytes: no stub is needed for them.</summary>
internal static class HealthProbe
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create(static bytes => bytes, static bytes => bytes);

    private static readonly Method<byte[], byte[]> Check = new(MethodType.Unary, "grpc.health.v1.Health", "Check", Bytes, Bytes);

    /// <summary>Field 1 (status), varint, SERVING.</summary>
    private static readonly byte[] Serving = [0x08, 0x01];

    /// <summary>Any answer but "not serving" counts: whoever refuses this caller, or knows no such service, is there and judges the next call itself.</summary>
    /// <exception cref="RpcException">It is not there.</exception>
    public static async Task<bool> IsServingAsync(CallInvoker wire, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            using var call = wire.AsyncUnaryCall(Check, null, new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime + limit, cancellationToken: cancellationToken), []);
            return (await call.ResponseAsync.ConfigureAwait(false)).AsSpan().SequenceEqual(Serving);
        }
        catch (RpcException answer) when (answer.StatusCode is not (StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Internal))
        {
            return true;
        }
    }
}
