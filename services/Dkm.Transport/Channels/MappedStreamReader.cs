namespace Dkm.Transport;

using System.Threading;
using System.Threading.Tasks;
using Grpc.Core;

/// <summary>The incoming half of a stream, with our errors.</summary>
internal sealed class MappedStreamReader<T> : IAsyncStreamReader<T>
{
    private readonly ServiceChannel channel;
    private readonly IAsyncStreamReader<T> inner;
    private readonly CancellationToken callCancelled;

    public MappedStreamReader(ServiceChannel channel, IAsyncStreamReader<T> inner, CancellationToken callCancelled)
    {
        this.channel = channel;
        this.inner = inner;
        this.callCancelled = callCancelled;
    }

    public T Current => inner.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            return await inner.MoveNext(cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw channel.Explain(exception, cancellationToken.IsCancellationRequested ? cancellationToken : callCancelled);
        }
    }
}
