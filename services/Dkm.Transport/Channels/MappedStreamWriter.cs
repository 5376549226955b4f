namespace Dkm.Transport;

using System.Threading;
using System.Threading.Tasks;
using Grpc.Core;

/// <summary>The outgoing half of a stream, with our errors.</summary>
internal sealed class MappedStreamWriter<T> : IClientStreamWriter<T>
{
    private readonly Replica replica;
    private readonly IClientStreamWriter<T> inner;
    private readonly CancellationToken callCancelled;

    public MappedStreamWriter(Replica replica, IClientStreamWriter<T> inner, CancellationToken callCancelled)
    {
        this.replica = replica;
        this.inner = inner;
        this.callCancelled = callCancelled;
    }

    public WriteOptions? WriteOptions
    {
        get => inner.WriteOptions;
        set => inner.WriteOptions = value;
    }

    public Task WriteAsync(T message) => MapAsync(inner.WriteAsync(message), callCancelled);

    public Task WriteAsync(T message, CancellationToken cancellationToken) =>
        MapAsync(inner.WriteAsync(message, cancellationToken), cancellationToken.IsCancellationRequested ? cancellationToken : callCancelled);

    public Task CompleteAsync() => MapAsync(inner.CompleteAsync(), callCancelled);

    private async Task MapAsync(Task written, CancellationToken cancellationToken)
    {
        try
        {
            await written.ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw replica.Explain(exception, cancellationToken);
        }
    }
}
