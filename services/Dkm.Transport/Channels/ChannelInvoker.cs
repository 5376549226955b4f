namespace Dkm.Transport;

using System;
using System.Threading;
using System.Threading.Tasks;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>
/// Puts our errors, our default deadline and the choice of a replica around gRPC's calls. To the only replica there is, a call that is not repeated costs one more
/// task and one more call object, and no closure.
/// </summary>
internal sealed class ChannelInvoker : CallInvoker
{
    private readonly ReplicaSet replicas;
    private readonly ServiceChannelOptions channelOptions;
    private readonly bool repeats;
    private readonly ILogger logger;
    private readonly TimeSpan silence;

    public ChannelInvoker(ReplicaSet replicas, ServiceChannelOptions options, bool repeats, ILogger logger)
    {
        this.replicas = replicas;
        this.repeats = repeats;
        this.logger = logger;
        channelOptions = options;
        silence = options.TryTimeout;
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        if (repeats || replicas.Only is not { } replica)
        {
            using var call = Attempts(method, host, options, request);
            return call.RunAsync().GetAwaiter().GetResult();
        }

        try
        {
            return replica.Wire.BlockingUnaryCall(method, host, WithDeadline(options), request);
        }
        catch (RpcException exception)
        {
            throw replica.Explain(exception, options.CancellationToken);
        }
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        if (repeats || replicas.Only is not { } replica)
        {
            var attempts = Attempts(method, host, options, request);
            return new AsyncUnaryCall<TResponse>(
                attempts.RunAsync(),
                static state => ((RepeatedCall<TRequest, TResponse>)state).HeadersAsync(),
                static state => ((RepeatedCall<TRequest, TResponse>)state).Current.GetStatus(),
                static state => ((RepeatedCall<TRequest, TResponse>)state).Current.GetTrailers(),
                static state => ((RepeatedCall<TRequest, TResponse>)state).Dispose(),
                attempts);
        }

        var call = replica.Wire.AsyncUnaryCall(method, host, WithDeadline(options), request);
        return new AsyncUnaryCall<TResponse>(
            MapAsync(replica, call.ResponseAsync, options.CancellationToken),
            static state => ((MappedCall<AsyncUnaryCall<TResponse>>)state).MapHeadersAsync(call => call.ResponseHeadersAsync),
            static state => ((MappedCall<AsyncUnaryCall<TResponse>>)state).Call.GetStatus(),
            static state => ((MappedCall<AsyncUnaryCall<TResponse>>)state).Call.GetTrailers(),
            static state => ((MappedCall<AsyncUnaryCall<TResponse>>)state).Call.Dispose(),
            new MappedCall<AsyncUnaryCall<TResponse>>(replica, call, options.CancellationToken));
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var replica = replicas.Pick();
        var call = replica.Wire.AsyncServerStreamingCall(method, host, options, request);
        return new AsyncServerStreamingCall<TResponse>(
            new MappedStreamReader<TResponse>(replica, call.ResponseStream, silence, options.CancellationToken),
            static state => ((MappedCall<AsyncServerStreamingCall<TResponse>>)state).MapHeadersAsync(call => call.ResponseHeadersAsync),
            static state => ((MappedCall<AsyncServerStreamingCall<TResponse>>)state).Call.GetStatus(),
            static state => ((MappedCall<AsyncServerStreamingCall<TResponse>>)state).Call.GetTrailers(),
            static state => ((MappedCall<AsyncServerStreamingCall<TResponse>>)state).Call.Dispose(),
            new MappedCall<AsyncServerStreamingCall<TResponse>>(replica, call, options.CancellationToken));
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var replica = replicas.Pick();
        var call = replica.Wire.AsyncClientStreamingCall(method, host, options);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            new MappedStreamWriter<TRequest>(replica, call.RequestStream, options.CancellationToken),
            MapAsync(replica, call.ResponseAsync, options.CancellationToken),
            static state => ((MappedCall<AsyncClientStreamingCall<TRequest, TResponse>>)state).MapHeadersAsync(call => call.ResponseHeadersAsync),
            static state => ((MappedCall<AsyncClientStreamingCall<TRequest, TResponse>>)state).Call.GetStatus(),
            static state => ((MappedCall<AsyncClientStreamingCall<TRequest, TResponse>>)state).Call.GetTrailers(),
            static state => ((MappedCall<AsyncClientStreamingCall<TRequest, TResponse>>)state).Call.Dispose(),
            new MappedCall<AsyncClientStreamingCall<TRequest, TResponse>>(replica, call, options.CancellationToken));
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var replica = replicas.Pick();
        var call = replica.Wire.AsyncDuplexStreamingCall(method, host, options);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            new MappedStreamWriter<TRequest>(replica, call.RequestStream, options.CancellationToken),
            new MappedStreamReader<TResponse>(replica, call.ResponseStream, silence, options.CancellationToken),
            static state => ((MappedCall<AsyncDuplexStreamingCall<TRequest, TResponse>>)state).MapHeadersAsync(call => call.ResponseHeadersAsync),
            static state => ((MappedCall<AsyncDuplexStreamingCall<TRequest, TResponse>>)state).Call.GetStatus(),
            static state => ((MappedCall<AsyncDuplexStreamingCall<TRequest, TResponse>>)state).Call.GetTrailers(),
            static state => ((MappedCall<AsyncDuplexStreamingCall<TRequest, TResponse>>)state).Call.Dispose(),
            new MappedCall<AsyncDuplexStreamingCall<TRequest, TResponse>>(replica, call, options.CancellationToken));
    }

    private RepeatedCall<TRequest, TResponse> Attempts<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class
        where TResponse : class =>
        new(replicas, channelOptions, repeats, logger, method, host, WithDeadline(options), request);

    /// <summary>gRPC compares deadlines with the machine's clock, so that one is asked here and not an injected one.</summary>
    private CallOptions WithDeadline(CallOptions options) =>
        options.Deadline is null ? options.WithDeadline(TimeProvider.System.GetUtcNow().UtcDateTime + channelOptions.DefaultDeadline) : options;

    private static async Task<T> MapAsync<T>(Replica replica, Task<T> response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw replica.Explain(exception, cancellationToken);
        }
    }
}
