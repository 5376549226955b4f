namespace Dkm.Testing.Services;

using System;
using System.Threading.Tasks;
using Dkm.Transport;
using Grpc.Core;
using Xunit;

/// <summary>What a bare client sees of a refusal.</summary>
public static class RpcAssert
{
    public static Task<RpcException> FailsAsync<T>(StatusCode status, string? reason, AsyncUnaryCall<T> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return FailsAsync(status, reason, () => call.ResponseAsync);
    }

    public static async Task<RpcException> FailsAsync(StatusCode status, string? reason, Func<Task> call)
    {
        ArgumentNullException.ThrowIfNull(call);
        var thrown = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(thrown.StatusCode == status, $"{thrown.Status} instead of {status}");
        if (reason is not null)
        {
            Assert.Equal(reason, StatusMapping.FromRpc(thrown).Reason);
        }

        return thrown;
    }
}
