namespace Dkm.IntegrationTests.Crypto;

using System;
using System.Threading.Tasks;
using Dkm.Core;
using Grpc.Core;
using Xunit;

/// <summary>Asserts an exact refusal.</summary>
internal static class Refused
{
    public static Task<DkmException> Async<T>(AsyncUnaryCall<T> call, ErrorKind kind, string reason, string? field = null)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Async(call.ResponseAsync, kind, reason, field);
    }

    public static async Task<DkmException> Async(Task call, ErrorKind kind, string reason, string? field = null)
    {
        var refused = await Assert.ThrowsAsync<DkmException>(() => call);
        Assert.Equal((kind, reason, field), (refused.Kind, refused.Reason, refused.Field));
        return refused;
    }
}
