namespace Dkm.Transport;

using System;
using System.Threading;
using System.Threading.Tasks;
using Grpc.Core;

/// <summary>What a wrapped call needs to answer for the inner one.</summary>
internal sealed class MappedCall<TCall>
{
    private readonly ServiceChannel channel;
    private readonly CancellationToken cancellationToken;

    public MappedCall(ServiceChannel channel, TCall call, CancellationToken cancellationToken)
    {
        this.channel = channel;
        this.cancellationToken = cancellationToken;
        Call = call;
    }

    public TCall Call { get; }

    public async Task<Metadata> MapHeadersAsync(Func<TCall, Task<Metadata>> headers)
    {
        try
        {
            return await headers(Call).ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw channel.Explain(exception, cancellationToken);
        }
    }
}
