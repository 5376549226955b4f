namespace Dkm.Transport;

using System;
using System.Threading;
using System.Threading.Tasks;
using Grpc.Core;

/// <summary>What a wrapped call needs to answer for the inner one.</summary>
internal sealed class MappedCall<TCall>
{
    private readonly Replica replica;
    private readonly CancellationToken cancellationToken;

    public MappedCall(Replica replica, TCall call, CancellationToken cancellationToken)
    {
        this.replica = replica;
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
            throw replica.Explain(exception, cancellationToken);
        }
    }
}
