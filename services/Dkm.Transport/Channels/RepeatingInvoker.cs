namespace Dkm.Transport;

using System;
using System.Threading.Tasks;
using Dkm.Core;
using Grpc.Core;
using Microsoft.Extensions.Logging;

/// <summary>For unary calls that may be carried out twice: UNAVAILABLE, and nothing else, is tried again, always inside the one deadline.</summary>
internal sealed class RepeatingInvoker : ChannelInvoker
{
    private readonly ServiceChannelOptions channelOptions;
    private readonly ILogger logger;

    public RepeatingInvoker(ServiceChannel channel, ServiceChannelOptions options, ILogger logger)
        : base(channel, options)
    {
        channelOptions = options;
        this.logger = logger;
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var fixedOptions = WithDeadline(options);
        var call = new RepeatedCall<TResponse>(() => base.AsyncUnaryCall(method, host, fixedOptions, request));
        return new AsyncUnaryCall<TResponse>(
            RunAsync(call, method.FullName, fixedOptions),
            static state => ((RepeatedCall<TResponse>)state).Current.ResponseHeadersAsync,
            static state => ((RepeatedCall<TResponse>)state).Current.GetStatus(),
            static state => ((RepeatedCall<TResponse>)state).Current.GetTrailers(),
            static state => ((RepeatedCall<TResponse>)state).Dispose(),
            call);
    }

    private async Task<TResponse> RunAsync<TResponse>(RepeatedCall<TResponse> call, string method, CallOptions options)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call.Current.ResponseAsync.ConfigureAwait(false);
            }
            catch (DkmException exception) when (exception.Kind == ErrorKind.Unavailable && attempt < channelOptions.MaximumAttempts)
            {
                // The wait is weighed against gRPC's deadline, which runs on the machine's clock.
                var wait = Backoff.After(attempt);
                if (call.Disposed || TimeProvider.System.GetUtcNow().UtcDateTime + wait >= options.Deadline)
                {
                    throw;
                }

                Log.Retrying(logger, method, channelOptions.Address, attempt + 1, exception.Message);
                await Task.Delay(wait, TimeProvider.System, options.CancellationToken).ConfigureAwait(false);
                call.Again();
            }
        }
    }
}
