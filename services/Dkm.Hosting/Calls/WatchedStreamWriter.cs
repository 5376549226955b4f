namespace Dkm.Hosting;

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

    public Task WriteAsync(T message) => inner.WriteAsync(message).WaitAsync(watch.Token);

    public Task WriteAsync(T message, CancellationToken cancellationToken) =>
        inner.WriteAsync(message, CancellationToken.None).WaitAsync(cancellationToken).WaitAsync(watch.Token);
}
