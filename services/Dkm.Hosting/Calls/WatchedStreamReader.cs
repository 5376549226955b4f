namespace Dkm.Hosting;

using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Google.Protobuf;
using Grpc.Core;

/// <summary>Tells the watch of each message, and lets no handler wait for one beyond the watch's end.</summary>
/// <param name="inner">The client's stream.</param>
/// <param name="watch">The call's watch.</param>
/// <param name="endsAsking">Whether nothing but one answer is left once the client has ended its stream, however long that takes.</param>
internal sealed class WatchedStreamReader<T>(IAsyncStreamReader<T> inner, CallerWatch watch, bool endsAsking = false) : IAsyncStreamReader<T>
{
    public T Current => inner.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        // The handler's token is the watch's own in every handler of ours; another one is honoured too, at the price of a link.
        using var linked = cancellationToken.CanBeCanceled && cancellationToken != watch.Token
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, watch.Token)
            : null;
        try
        {
            var more = await inner.MoveNext(linked?.Token ?? watch.Token);
            watch.Touch();
            if (!more && endsAsking)
            {
                watch.Finish();
            }

            return more;
        }
        catch (Exception malformed) when (malformed is InvalidProtocolBufferException or InvalidDataException)
        {
            throw CallErrors.Malformed(malformed);
        }
        catch (RpcException malformed) when (malformed.StatusCode == StatusCode.Internal)
        {
            // gRPC's own, of a message that is cut or wrongly compressed.
            throw CallErrors.Malformed(malformed);
        }
    }
}
