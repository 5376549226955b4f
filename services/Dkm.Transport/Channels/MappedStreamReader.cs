namespace Dkm.Transport;

using System;
using System.Threading;
using System.Threading.Tasks;
using Grpc.Core;

/// <summary>
/// The incoming half of a stream, with our errors. Our long streams have heartbeats, so who gives one up after a long silence has met a replica that hangs:
/// the next stream should go elsewhere.
/// </summary>
internal sealed class MappedStreamReader<T> : IAsyncStreamReader<T>
{
    private readonly Replica replica;
    private readonly IAsyncStreamReader<T> inner;
    private readonly CancellationToken callCancelled;
    private readonly TimeSpan silence;

    public MappedStreamReader(Replica replica, IAsyncStreamReader<T> inner, TimeSpan silence, CancellationToken callCancelled)
    {
        this.silence = silence;
        this.replica = replica;
        this.inner = inner;
        this.callCancelled = callCancelled;
    }

    public T Current => inner.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        try
        {
            return await inner.MoveNext(cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            var givenUp = cancellationToken.IsCancellationRequested || callCancelled.IsCancellationRequested;
            if (givenUp && TimeProvider.System.GetElapsedTime(start) > silence)
            {
                replica.Leave($"a stream was given up after it had said nothing for {silence.TotalSeconds:0.###} s");
            }

            throw replica.Explain(exception, cancellationToken.IsCancellationRequested ? cancellationToken : callCancelled);
        }
    }
}
