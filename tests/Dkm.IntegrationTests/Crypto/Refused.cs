namespace Dkm.IntegrationTests.Crypto;

using System;
using System.Threading.Tasks;
using Dkm.Core;
using Grpc.Core;
using Xunit;

/// <summary>Asserts an exact refusal.</summary>
internal static class Refused
{
    public static async Task<DkmException> Async<T>(AsyncUnaryCall<T> call, ErrorKind kind, string reason, string? field = null)
    {
        ArgumentNullException.ThrowIfNull(call);
        var refused = await Assert.ThrowsAsync<DkmException>(() => call.ResponseAsync);
        Assert.Equal((kind, reason, field), (refused.Kind, refused.Reason, refused.Field));
        return refused;
    }
}
