namespace Dkm.IntegrationTests.Hosting;

using System.Collections.Generic;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Grpc.Core;

/// <summary>Access's policy stream as a test plays it: one script per stream that is opened.</summary>
internal sealed class FakePolicy : PolicyService.PolicyServiceBase
{
    private readonly Channel<Channel<WatchPolicyResponse>> scripts = Channel.CreateUnbounded<Channel<WatchPolicyResponse>>();
    private int streams;

    public int Streams => Volatile.Read(ref streams);

    /// <summary>What the next stream will say; more may be added while it is open, completing it ends the stream.</summary>
    public ChannelWriter<WatchPolicyResponse> NextStream(params IEnumerable<WatchPolicyResponse> messages)
    {
        var script = Channel.CreateUnbounded<WatchPolicyResponse>();
        foreach (var message in messages)
        {
            script.Writer.TryWrite(message);
        }

        scripts.Writer.TryWrite(script);
        return script.Writer;
    }

    public override async Task WatchPolicy(
        WatchPolicyRequest request, IServerStreamWriter<WatchPolicyResponse> responseStream, ServerCallContext context)
    {
        Interlocked.Increment(ref streams);
        var script = await scripts.Reader.ReadAsync(context.CancellationToken);
        await foreach (var message in script.Reader.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(message, context.CancellationToken);
        }
    }
}
