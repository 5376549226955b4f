namespace Dkm.IntegrationTests.Hosting;

using System.Threading.Tasks;
using Dkm.KeyRing.V1;
using Grpc.Core;

/// <summary>Answers each message with a heartbeat; ends when the client does.</summary>
internal sealed class FakeKeySets : KeySetService.KeySetServiceBase
{
    public override async Task Subscribe(
        IAsyncStreamReader<SubscribeRequest> requestStream, IServerStreamWriter<SubscribeResponse> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            await responseStream.WriteAsync(new SubscribeResponse { Heartbeat = new KeySetHeartbeat() }, context.CancellationToken);
        }
    }
}
