namespace Dkm.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Grpc.Core;

/// <summary>
/// One call, over as many members as it takes. A member that does not answer in time is left; what may be repeated is asked of the next, and a write
/// that may have been done is not.
/// </summary>
internal sealed class EtcdCaller
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // A member without a leader says so at once instead of letting us wait for the deadline.
    private static readonly Metadata RequireLeader = new() { { "hasleader", "true" } };

    private readonly EtcdMembers members;
    private readonly EtcdStoreOptions options;
    private readonly TimeProvider timeProvider;
    private readonly CancellationToken stop;

    public EtcdCaller(EtcdMembers members, EtcdStoreOptions options, TimeProvider timeProvider, CancellationToken stop)
    {
        this.members = members;
        this.options = options;
        this.timeProvider = timeProvider;
        this.stop = stop;
    }

    public static CallOptions Options(CancellationToken cancellationToken) => new(RequireLeader, cancellationToken: cancellationToken);

    /// <summary>For what may be done twice.</summary>
    /// <exception cref="EtcdCallException">Refused.</exception>
    /// <exception cref="DkmException">UNAVAILABLE STORE_UNAVAILABLE.</exception>
    public Task<T> RepeatAsync<T>(Func<EtcdChannel, CallOptions, Task<T>> call, CancellationToken cancellationToken) =>
        RunAsync(call, repeat: true, cancellationToken);

    /// <summary>For what must not be done twice: repeated only where surely nothing was written.</summary>
    /// <inheritdoc cref="RepeatAsync"/>
    public Task<T> OnceAsync<T>(Func<EtcdChannel, CallOptions, Task<T>> call, CancellationToken cancellationToken) =>
        RunAsync(call, repeat: false, cancellationToken);

    /// <summary>One try at one member.</summary>
    /// <exception cref="EtcdCallException">It failed.</exception>
    public async Task<T> TryAsync<T>(
        EtcdMember member, Func<EtcdChannel, CallOptions, Task<T>> call, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit < options.TryTimeout ? limit : options.TryTimeout, timeProvider);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken, stop);
        var sent = false;
        var start = member.Begin();
        try
        {
            var channel = await member.ReadyAsync(any.Token);
            sent = true;
            var answer = await call(channel, Options(any.Token));
            members.Keep(member);
            return answer;
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(stop.IsCancellationRequested, typeof(EtcdStore));
            throw Explain(exception, member.Endpoint, sent);
        }
        finally
        {
            member.End(start);
        }
    }

    private static EtcdCallException Explain(Exception exception, Uri endpoint, bool sent)
    {
        var explained = exception is RpcException { StatusCode: not StatusCode.Cancelled } answer
            ? EtcdStatus.Explain(answer, endpoint)
            : new EtcdCallException(EtcdFailure.Unclear, $"{endpoint}: no answer in time", exception);

        // What failed in the check of the member was not the call.
        return sent ? explained : new EtcdCallException(EtcdFailure.Elsewhere, explained.Message, exception);
    }

    private async Task<T> RunAsync<T>(Func<EtcdChannel, CallOptions, Task<T>> call, bool repeat, CancellationToken cancellationToken)
    {
        var start = timeProvider.GetTimestamp();
        while (true)
        {
            Exception? trouble = null;
            foreach (var member in members.InOrder())
            {
                var left = options.Timeout - timeProvider.GetElapsedTime(start);
                if (left <= TimeSpan.Zero)
                {
                    throw StoreErrors.Unavailable(trouble?.Message ?? "no member answers", trouble);
                }

                try
                {
                    return await TryAsync(member, call, left, cancellationToken);
                }
                catch (EtcdCallException exception) when (exception.Failure != EtcdFailure.Refused)
                {
                    members.Leave(member, exception.Message);
                    trouble = exception.Failure == EtcdFailure.Elsewhere || repeat ? exception : throw StoreErrors.OutcomeUnknown(exception.Message, exception);
                }
                catch (DkmException exception)
                {
                    members.Leave(member, exception.Message);
                    trouble = exception;
                }
            }

            await Task.Delay(Pause, timeProvider, cancellationToken);
        }
    }
}
