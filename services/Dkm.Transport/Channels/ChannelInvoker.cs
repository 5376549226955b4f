namespace Dkm.Transport;

using System;
using System.Threading;
using System.Threading.Tasks;
using Grpc.Core;

/// <summary>Puts our errors and our default deadline around gRPC's calls. A call costs one more task and one more call object, and no closure.</summary>
internal class ChannelInvoker : CallInvoker
{
    private readonly ServiceChannel channel;
    private readonly TimeSpan defaultDeadline;

    public ChannelInvoker(ServiceChannel channel, ServiceChannelOptions options)
    {
        this.channel = channel;
        defaultDeadline = options.DefaultDeadline;
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        try
        {
            return channel.Wire.BlockingUnaryCall(method, host, WithDeadline(options), request);
        }
        catch (RpcException exception)
        {
            throw channel.Explain(exception, options.CancellationToken);
        }
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = channel.Wire.AsyncUnaryCall(method, host, WithDeadline(options), request);
        return new AsyncUnaryCall<TResponse>(
            MapAsync(call.ResponseAsync, options.CancellationToken),
            static state => ((MappedCall<AsyncUnaryCall<TResponse>>)state).MapHeadersAsync(call => call.ResponseHeadersAsync),
            static state => ((MappedCall<AsyncUnaryCall<TResponse>>)state).Call.GetStatus(),
            static state => ((MappedCall<AsyncUnaryCall<TResponse>>)state).Call.GetTrailers(),
            static state => ((MappedCall<AsyncUnaryCall<TResponse>>)state).Call.Dispose(),
            new MappedCall<AsyncUnaryCall<TResponse>>(channel, call, options.CancellationToken));
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = channel.Wire.AsyncServerStreamingCall(method, host, options, request);
        return new AsyncServerStreamingCall<TResponse>(
            new MappedStreamReader<TResponse>(channel, call.ResponseStream, options.CancellationToken),
            static state => ((MappedCall<AsyncServerStreamingCall<TResponse>>)state).MapHeadersAsync(call => call.ResponseHeadersAsync),
            static state => ((MappedCall<AsyncServerStreamingCall<TResponse>>)state).Call.GetStatus(),
            static state => ((MappedCall<AsyncServerStreamingCall<TResponse>>)state).Call.GetTrailers(),
            static state => ((MappedCall<AsyncServerStreamingCall<TResponse>>)state).Call.Dispose(),
            new MappedCall<AsyncServerStreamingCall<TResponse>>(channel, call, options.CancellationToken));
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = channel.Wire.AsyncClientStreamingCall(method, host, options);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            new MappedStreamWriter<TRequest>(channel, call.RequestStream, options.CancellationToken),
            MapAsync(call.ResponseAsync, options.CancellationToken),
            static state => ((MappedCall<AsyncClientStreamingCall<TRequest, TResponse>>)state).MapHeadersAsync(call => call.ResponseHeadersAsync),
            static state => ((MappedCall<AsyncClientStreamingCall<TRequest, TResponse>>)state).Call.GetStatus(),
            static state => ((MappedCall<AsyncClientStreamingCall<TRequest, TResponse>>)state).Call.GetTrailers(),
            static state => ((MappedCall<AsyncClientStreamingCall<TRequest, TResponse>>)state).Call.Dispose(),
            new MappedCall<AsyncClientStreamingCall<TRequest, TResponse>>(channel, call, options.CancellationToken));
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = channel.Wire.AsyncDuplexStreamingCall(method, host, options);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            new MappedStreamWriter<TRequest>(channel, call.RequestStream, options.CancellationToken),
            new MappedStreamReader<TResponse>(channel, call.ResponseStream, options.CancellationToken),
            static state => ((MappedCall<AsyncDuplexStreamingCall<TRequest, TResponse>>)state).MapHeadersAsync(call => call.ResponseHeadersAsync),
            static state => ((MappedCall<AsyncDuplexStreamingCall<TRequest, TResponse>>)state).Call.GetStatus(),
            static state => ((MappedCall<AsyncDuplexStreamingCall<TRequest, TResponse>>)state).Call.GetTrailers(),
            static state => ((MappedCall<AsyncDuplexStreamingCall<TRequest, TResponse>>)state).Call.Dispose(),
            new MappedCall<AsyncDuplexStreamingCall<TRequest, TResponse>>(channel, call, options.CancellationToken));
    }

    /// <summary>gRPC compares deadlines with the machine's clock, so that one is asked here and not an injected one.</summary>
    protected CallOptions WithDeadline(CallOptions options) =>
        options.Deadline is null ? options.WithDeadline(TimeProvider.System.GetUtcNow().UtcDateTime + defaultDeadline) : options;

    private async Task<T> MapAsync<T>(Task<T> response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw channel.Explain(exception, cancellationToken);
        }
    }
}
