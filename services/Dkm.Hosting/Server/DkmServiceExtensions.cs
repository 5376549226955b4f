namespace Dkm.Hosting;

using System;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Threading.Tasks;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

/// <summary>How an endpoint gets behind the locks.</summary>
public static class DkmServiceExtensions
{
    // What grpc-dotnet reads of a service's type; the trimmer must keep it.
    private const DynamicallyAccessedMemberTypes Endpoint =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods;

    /// <summary>Registers an endpoint, one object for all calls, with the interceptor before it.</summary>
    /// <param name="services">The container.</param>
    /// <param name="maximumAnswer">Bytes of its largest answer, where that is not the limit of all messages.</param>
    public static IServiceCollection AddDkmService<[DynamicallyAccessedMembers(Endpoint)] TEndpoint>(
        this IServiceCollection services, int? maximumAnswer = null)
        where TEndpoint : class
    {
        services.AddSingleton<TEndpoint>();
        services.AddGrpc().AddServiceOptions<TEndpoint>(grpc =>
        {
            grpc.Interceptors.Add<DkmInterceptor>();

            // Setting it to null would mean no limit at all, not the common one.
            if (maximumAnswer is { } maximum)
            {
                grpc.MaxSendMessageSize = maximum;
            }
        });
        return services;
    }

    /// <summary>Maps an endpoint that was added by <see cref="AddDkmService"/>.</summary>
    /// <param name="app">The application.</param>
    /// <param name="service">The generated descriptor of the service that <typeparamref name="TEndpoint"/> implements.</param>
    /// <exception cref="InvalidOperationException">A method is missing from <see cref="MethodTable"/>, or the endpoint was not added.</exception>
    public static void MapDkmService<[DynamicallyAccessedMembers(Endpoint)] TEndpoint>(this WebApplication app, ServiceDescriptor service)
        where TEndpoint : class
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentNullException.ThrowIfNull(service);
        EndpointGuard.DemandRules(service);
        app.Services.GetRequiredService<EndpointGuard>().Routes = app;
        var options = app.Services.GetRequiredService<IOptions<GrpcServiceOptions<TEndpoint>>>().Value;
        if (!options.Interceptors.Any(registration => registration.Type == typeof(DkmInterceptor)))
        {
            throw new InvalidOperationException($"{typeof(TEndpoint).Name} was not added by AddDkmService");
        }

        var limits = app.Services.GetRequiredService<LimitOptions>();
        var errors = app.Services.GetRequiredService<CallErrors>();
        var bytes = app.Services.GetRequiredService<RequestBytes>();
        app.MapGrpcService<TEndpoint>().Add(endpoint =>
        {
            // The catch-alls that answer UNIMPLEMENTED have no method and reach no code of ours.
            if (endpoint.Metadata.OfType<GrpcMethodMetadata>().FirstOrDefault()?.Method is { } method)
            {
                var wrapped = new MethodEndpoint(EndpointGuard.DemandRule(method.FullName), method, limits, errors, bytes);
                endpoint.Metadata.Add(wrapped);
                endpoint.RequestDelegate = wrapped.Wrap(endpoint.RequestDelegate!);
            }

            endpoint.RequestDelegate = TlsOnly(endpoint.RequestDelegate!);
        });
    }

    /// <summary>The plain port answers probes: of gRPC it says not even that it is there.</summary>
    private static RequestDelegate TlsOnly(RequestDelegate next) => context =>
    {
        if (context.Features.Get<PeerConnection>() is not null)
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    };
}
