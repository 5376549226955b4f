namespace Dkm.Hosting;

using System;
using System.Threading;
using System.Threading.Tasks;
using Grpc.Core;

/// <summary>A client that does not read must not hold a handler beyond the watch's end.</summary>
internal sealed class WatchedStreamWriter<T>(IServerStreamWriter<T> inner, CallerWatch watch) : IServerStreamWriter<T>
{
    public WriteOptions? WriteOptions
    {
        get => inner.WriteOptions;
        set => inner.WriteOptions = value;
    }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        try
        {
            await inner.WriteAsync(message, CancellationToken.None).WaitAsync(cancellationToken).WaitAsync(watch.Token);
        }
        catch (InvalidOperationException exception) when (watch.Token.IsCancellationRequested)
        {
            // What gRPC says of a write that begins when the caller has just gone: no fault of ours.
            throw new OperationCanceledException("the call is over", exception, watch.Token);
        }
    }
}
