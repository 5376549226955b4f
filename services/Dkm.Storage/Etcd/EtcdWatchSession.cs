namespace Dkm.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;
using Etcdserverpb;
using Grpc.Core;

/// <summary>
/// One watch stream at one member. It ends with an exception, whatever the reason: a server that closes it, with whatever status, one that says nothing
/// any more, history that is gone.
/// </summary>
internal sealed class EtcdWatchSession : IAsyncDisposable
{
    private readonly Uri endpoint;
    private readonly EtcdStoreOptions options;
    private readonly TimeProvider timeProvider;
    private readonly CancellationTokenSource end;
    private readonly AsyncDuplexStreamingCall<WatchRequest, WatchResponse> call;
    private Task<bool>? coming;
    private Task asking = Task.CompletedTask;

    private EtcdWatchSession(EtcdMember member, EtcdChannel channel, EtcdStoreOptions options, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        endpoint = member.Endpoint;
        this.options = options;
        this.timeProvider = timeProvider;
        end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        call = channel.Watch.Watch(EtcdCaller.Options(end.Token));
    }

    /// <summary>Opens it and waits until the member has confirmed it.</summary>
    public static async Task<EtcdWatchSession> OpenAsync(
        EtcdMember member, string prefix, long fromRevision, EtcdStoreOptions options, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var session = new EtcdWatchSession(member, await member.ReadyAsync(cancellationToken), options, timeProvider, cancellationToken);
        try
        {
            await session.StartAsync(prefix, fromRevision);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>The next message.</summary>
    /// <exception cref="StoreCompactedException">The watch began before what is left of the history.</exception>
    /// <exception cref="EtcdCallException">Any other end.</exception>
    public async Task<WatchResponse> ReadAsync()
    {
        var start = timeProvider.GetTimestamp();
        coming ??= call.ResponseStream.MoveNext(end.Token);
        while (!await IsHereAsync(coming))
        {
            if (timeProvider.GetElapsedTime(start) >= options.WatchSilence)
            {
                throw Ended($"nothing heard for {options.WatchSilence.TotalSeconds} s");
            }

            AskForProgress();
        }

        var more = await ReceiveAsync(coming);
        coming = null;
        return more ? Judge(call.ResponseStream.Current) : throw Ended("the member closed the watch");
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        call.Dispose();
        await SettleAsync(coming);
        await SettleAsync(asking);
        end.Dispose();
    }

    private static async Task SettleAsync(Task? task)
    {
        if (task is not null)
        {
            await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    private async Task StartAsync(string prefix, long fromRevision)
    {
        try
        {
            await call.RequestStream.WriteAsync(EtcdMessages.Watch(prefix, fromRevision), end.Token)
                .WaitAsync(options.TryTimeout, timeProvider, end.Token);
        }
        catch (TimeoutException)
        {
            throw Ended("the watch could not be asked for in time");
        }
        catch (RpcException exception)
        {
            throw EtcdStatus.Explain(exception, endpoint);
        }

        if (!(await ReadAsync()).Created)
        {
            throw Ended("the watch was not confirmed first");
        }
    }

    /// <summary>Waits a third of the silence that is allowed, so that two requests for progress may go lost.</summary>
    private async Task<bool> IsHereAsync(Task<bool> message)
    {
        try
        {
            await message.WaitAsync(options.WatchSilence / 3, timeProvider, end.Token);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (RpcException)
        {
            // Told by whoever receives it.
            return true;
        }
    }

    private async Task<bool> ReceiveAsync(Task<bool> message)
    {
        try
        {
            return await message;
        }
        catch (RpcException exception)
        {
            end.Token.ThrowIfCancellationRequested();
            throw EtcdStatus.Explain(exception, endpoint);
        }
    }

    /// <summary>If the last request is not even out yet, there is nothing to gain from another. Its failure shows where the messages come in.</summary>
    private void AskForProgress()
    {
        if (asking.IsCompleted)
        {
            asking = call.RequestStream.WriteAsync(new WatchRequest { ProgressRequest = new WatchProgressRequest() }, end.Token);
        }
    }

    private WatchResponse Judge(WatchResponse message)
    {
        if (message.CompactRevision > 0)
        {
            throw new StoreCompactedException(message.CompactRevision);
        }

        return message.Canceled ? throw Ended($"the member cancelled the watch: {message.CancelReason}") : message;
    }

    private EtcdCallException Ended(string why) => new(EtcdFailure.Unclear, $"{endpoint}: {why}");
}
