namespace Dkm.Hosting;

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

/// <summary>Refuses to start with a method that is not in the table or was mapped past the locks; announces what was started.</summary>
internal sealed class EndpointGuard(ServerOptions options, IServer server, ILogger<EndpointGuard> logger) : IHostedLifecycleService
{
    /// <summary>What was mapped. The container's own list of endpoints is filled only while the listener opens, which is too late to refuse.</summary>
    public IEndpointRouteBuilder? Routes { get; set; }

    public static void DemandRules(ServiceDescriptor service)
    {
        foreach (var method in service.Methods)
        {
            DemandRule($"/{service.FullName}/{method.Name}");
        }
    }

    public static MethodRule DemandRule(string fullMethod) =>
        MethodTable.Find(fullMethod)
        ?? throw new InvalidOperationException($"{fullMethod} is not in MethodTable, so nobody may call it; add its row before the service can start");

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var endpoint in Routes?.DataSources.SelectMany(source => source.Endpoints) ?? throw new InvalidOperationException("nothing was mapped"))
        {
            if (endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is { Method: { } method }
                && endpoint.Metadata.GetMetadata<MethodEndpoint>() is null
                && endpoint.Metadata.GetMetadata<UnguardedForMeasurement>() is null)
            {
                throw new InvalidOperationException($"{method.FullName} was mapped past the locks; use MapDkmService");
            }
        }

        if (options is { Development: true, AnnouncesDevelopment: true })
        {
            Log.Development(logger);
        }

        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses.ToArray() ?? [])
        {
            Log.Listening(logger, options.Service.ToString(), address);
        }

        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
