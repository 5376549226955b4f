namespace Dkm.IntegrationTests.Transport;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.KeyRing.V1;
using Grpc.Core;

/// <summary>Opens a stream, tells its deadline in a header, and says nothing until the caller is gone.</summary>
internal sealed class SilentStreams : KeySetService.KeySetServiceBase
{
    public const string DeadlineHeader = "has-deadline";

    public override async Task Subscribe(
        IAsyncStreamReader<SubscribeRequest> requestStream, IServerStreamWriter<SubscribeResponse> responseStream, ServerCallContext context)
    {
        var hasDeadline = context.Deadline != DateTime.MaxValue;
        await context.WriteResponseHeadersAsync(new Metadata { { DeadlineHeader, hasDeadline ? "yes" : "no" } });
        await Task.Delay(Timeout.Infinite, context.CancellationToken);
    }
}
