namespace Dkm.Hosting;

using System.Threading;
using Grpc.Core;

/// <summary>A stream's context whose token also ends when its <see cref="CallerWatch"/> says so.</summary>
internal sealed class WatchedCallContext(ServerCallContext inner, CallerWatch watch) : WrappedCallContext(inner)
{
    public CallerWatch Watch => watch;

    protected override CancellationToken CancellationTokenCore => watch.Token;
}
