namespace Dkm.Testing.Client;

using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Grpc.Core;

/// <summary>One Subscribe stream of a <see cref="FakeKeyRing"/>, both of its ends.</summary>
public sealed class FakeSubscription(FakeKeyRing keyRing, CancellationToken callersToken)
    : IClientStreamWriter<SubscribeRequest>, IAsyncStreamReader<SubscribeResponse>, IDisposable
{
    private readonly Channel<SubscribeResponse> down = Channel.CreateUnbounded<SubscribeResponse>();
    private SubscribeResponse? current;

    /// <summary>All that the holder said, in order.</summary>
    public ConcurrentQueue<SubscribeRequest> Heard { get; } = new();

    public WriteOptions? WriteOptions { get; set; }

    public SubscribeResponse Current => current ?? throw new InvalidOperationException("nothing was read yet");

    public void Send(SubscribeResponse message) => down.Writer.TryWrite(message);

    /// <summary>Ends the stream: well, or with an error.</summary>
    public void End(DkmException? error = null) => down.Writer.TryComplete(error);

    public Task WriteAsync(SubscribeRequest message)
    {
        Heard.Enqueue(message);
        if (message.MessageCase == SubscribeRequest.MessageOneofCase.Want)
        {
            foreach (var ring in message.Want.KeyRings)
            {
                keyRing.Answer(this, ring);
            }
        }

        return Task.CompletedTask;
    }

    public Task WriteAsync(SubscribeRequest message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return WriteAsync(message);
    }

    public Task CompleteAsync() => Task.CompletedTask;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, callersToken);
        try
        {
            current = await down.Reader.ReadAsync(either.Token);
            return true;
        }
        catch (ChannelClosedException e) when (e.InnerException is DkmException error)
        {
            throw error;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    public void Dispose() => End();
}
