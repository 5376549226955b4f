namespace Dkm.Transport;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>A unary call with its attempts, each at one replica, all inside one deadline.</summary>
internal sealed class RepeatedCall<TRequest, TResponse> : IDisposable
    where TRequest : class
    where TResponse : class
{
    private readonly Lock gate = new();
    private readonly ReplicaSet replicas;
    private readonly ServiceChannelOptions options;
    private readonly bool repeatable;
    private readonly ILogger logger;
    private readonly Method<TRequest, TResponse> method;
    private readonly string? host;
    private readonly CallOptions callOptions;
    private readonly TRequest request;
    private Replica replica;
    private AsyncUnaryCall<TResponse> current;
    private bool limited;
    private bool disposed;

    /// <summary>Starts the first attempt.</summary>
    public RepeatedCall(
        ReplicaSet replicas,
        ServiceChannelOptions options,
        bool repeatable,
        ILogger logger,
        Method<TRequest, TResponse> method,
        string? host,
        CallOptions callOptions,
        TRequest request)
    {
        this.replicas = replicas;
        this.options = options;
        this.repeatable = repeatable;
        this.logger = logger;
        this.method = method;
        this.host = host;
        this.callOptions = callOptions;
        this.request = request;
        replica = replicas.Pick();
        current = Start();
    }

    public AsyncUnaryCall<TResponse> Current => Volatile.Read(ref current);

    /// <summary>Runs the attempts to their end.</summary>
    public async Task<TResponse> RunAsync()
    {
        DkmException? earlier = null;
        for (var attempt = 1; ; attempt++)
        {
            replica.Begin();
            try
            {
                return await Current.ResponseAsync.ConfigureAwait(false);
            }
            catch (RpcException exception)
            {
                if (replica.Explain(exception, callOptions.CancellationToken) is not DkmException failure)
                {
                    throw new OperationCanceledException(exception.Message, exception, callOptions.CancellationToken);
                }

                earlier = await NextAsync(failure, IsSent(exception), earlier, attempt).ConfigureAwait(false);
            }
            finally
            {
                replica.End();
            }

            Again();
        }
    }

    public async Task<Metadata> HeadersAsync()
    {
        try
        {
            return await Current.ResponseHeadersAsync.ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw replica.Explain(exception, callOptions.CancellationToken);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            current.Dispose();
        }
    }

    private static bool IsSent(RpcException exception)
    {
        for (var cause = exception.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is NoConnectionException)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Waits until the next attempt may begin.</summary>
    /// <returns>The failure, to be told if the next attempt ends with the call's time.</returns>
    private async Task<DkmException> NextAsync(DkmException failure, bool sent, DkmException? earlier, int attempt)
    {
        var cutShort = limited && failure.Kind == ErrorKind.DeadlineExceeded && !IsPast(TimeSpan.Zero);
        if (cutShort)
        {
            replica.Leave($"no answer within {options.TryTimeout.TotalSeconds:0.###} s");
        }

        var step = disposed
            ? RepeatRule.Step.GiveUp
            : RepeatRule.Decide(failure, cutShort, sent, repeatable, attempt, options.MaximumAttempts, replicas.Count, replicas.HasOther(replica));
        var wait = step == RepeatRule.Step.Later ? Backoff.After(attempt) : TimeSpan.Zero;
        if (step == RepeatRule.Step.GiveUp || IsPast(wait))
        {
            // What made it try again says more than that the time is over.
            throw failure.Kind == ErrorKind.DeadlineExceeded && earlier is { Kind: ErrorKind.Unavailable } ? earlier : failure;
        }

        Log.Retrying(logger, method.FullName, replica.Address, attempt + 1, failure.Message);
        await Task.Delay(wait, TimeProvider.System, callOptions.CancellationToken).ConfigureAwait(false);
        return failure;
    }

    /// <summary>Starts the next attempt, unless the caller has let go of the call meanwhile.</summary>
    private void Again()
    {
        lock (gate)
        {
            if (!disposed)
            {
                current.Dispose();
                replica = replicas.Pick(replica);
                Volatile.Write(ref current, Start());
            }
        }
    }

    private AsyncUnaryCall<TResponse> Start()
    {
        limited = repeatable && replicas.HasOther(replica) && !IsPast(options.TryTimeout);
        var attempt = limited ? callOptions.WithDeadline(TimeProvider.System.GetUtcNow().UtcDateTime + options.TryTimeout) : callOptions;
        return replica.Wire.AsyncUnaryCall(method, host, attempt, request);
    }

    /// <summary>gRPC compares deadlines with the machine's clock, so that one is asked here and not an injected one.</summary>
    private bool IsPast(TimeSpan from) => TimeProvider.System.GetUtcNow().UtcDateTime + from >= callOptions.Deadline;
}
