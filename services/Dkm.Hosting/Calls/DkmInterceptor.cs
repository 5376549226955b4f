namespace Dkm.Hosting;

using System;
using System.Threading.Tasks;
using Grpc.Core;
using Grpc.Core.Interceptors;

/// <summary>
/// The one way into every endpoint once <see cref="MethodEndpoint"/> has admitted the caller: requirement, the handler, its errors as statuses, the
/// measurement. Made once for all calls.
/// </summary>
internal sealed class DkmInterceptor(CallGate gate, ConnectionTracker tracker, CallErrors errors, TimeProvider time) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var caller = context.GetCaller();
        var start = time.GetTimestamp();
        using var hurry = HurriedCallContext.For(context, caller);
        try
        {
            gate.Enter(caller);
            var response = await continuation(request, hurry ?? context);
            CallGate.Leave(caller, context);
            Telemetry.Succeeded(caller.Method!, time.GetElapsedTime(start));
            return response;
        }
        catch (Exception exception)
        {
            throw errors.Map(hurry?.Explain(exception) ?? exception, caller, context, time.GetElapsedTime(start));
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        TResponse? response = null;
        await RunAsync(context, clientStreams: true, async watched =>
            response = await continuation(new WatchedStreamReader<TRequest>(requestStream, watched.Watch, endsAsking: true), watched));
        return response!;
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, clientStreams: false, watched =>
            continuation(request, new WatchedStreamWriter<TResponse>(responseStream, watched.Watch), watched));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, clientStreams: true, watched =>
            continuation(
                new WatchedStreamReader<TRequest>(requestStream, watched.Watch),
                new WatchedStreamWriter<TResponse>(responseStream, watched.Watch),
                watched));

    private async Task RunAsync(ServerCallContext context, bool clientStreams, Func<WatchedCallContext, Task> handler)
    {
        var caller = context.GetCaller();
        var start = time.GetTimestamp();
        CallerWatch? watch = null;
        try
        {
            gate.Enter(caller);
            watch = tracker.Watch(caller.Connection!, clientStreams, context.GetHttpContext().Abort, context.CancellationToken);
            await handler(new WatchedCallContext(context, watch));

            // A handler that took its token's end for a good end: the client must still learn why.
            if (watch.Why is { } why)
            {
                throw why;
            }

            CallGate.Leave(caller, context);
            Telemetry.Succeeded(caller.Method!, time.GetElapsedTime(start));
        }
        catch (Exception exception)
        {
            throw errors.Map(watch?.Why ?? exception, caller, context, time.GetElapsedTime(start));
        }
        finally
        {
            watch?.Dispose();
        }
    }
}
