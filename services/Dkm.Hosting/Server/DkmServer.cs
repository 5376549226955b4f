namespace Dkm.Hosting;

using System;
using Dkm.Core.Secrets;
using Dkm.Status.V1;
using Dkm.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

/// <summary>The server under every service: listener, identity, authorization, errors, limits, health.</summary>
public static class DkmServer
{
    /// <summary>
    /// An empty builder: no file and no environment variable of the framework's can open a port, add a source or lower a limit here. What is
    /// registered: <see cref="ServerOptions"/>, <see cref="CertificateSource"/>, <see cref="TrustStore"/>, <see cref="TimeProvider"/>, logging, gRPC. What the caller adds: an
    /// <c>IGroupMembership</c>, its endpoints (<c>AddDkmService</c>, <c>MapDkmService</c>), and its <see cref="IReadiness"/> parts.
    /// </summary>
    public static WebApplicationBuilder CreateBuilder(ServerOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = options.Service.ToString() });
        AddLogging(builder.Logging);
        builder.Services.AddSingleton<LoggerFactory>();
        builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(services => new MalformedFilter(services.GetRequiredService<LoggerFactory>())));
        builder.Services.AddSingleton(options).AddSingleton(options.Limits).AddSingleton(time);
        builder.Services.AddSingleton(new RequestBytes(options.Limits.RequestBytes, "all identities"));
        builder.Services.AddSingleton(services => new CertificateSource(
            options.CertificateFile, options.KeyFile, time, services.GetRequiredService<ILogger<CertificateSource>>()));
        builder.Services.AddSingleton(services => new TrustStore(options.Trust, time, services.GetRequiredService<ILogger<TrustStore>>()));
        builder.Services.AddSingleton<Handshake>().AddSingleton<CallGate>().AddSingleton<CallErrors>().AddSingleton<DkmInterceptor>();
        builder.Services.AddSingleton<ConnectionTracker>().AddHostedService(services => services.GetRequiredService<ConnectionTracker>());
        builder.Services.AddSingleton<EndpointGuard>().AddHostedService(services => services.GetRequiredService<EndpointGuard>());
        builder.Services.AddHostedService(services => new SecretMemoryWatch(
            () => SecretMemory.Status, time, services.GetRequiredService<ILogger<SecretMemoryWatch>>()));
        builder.Services.AddSingleton<IReadiness, IdentityFilesNote>();
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = options.Limits.MaximumMessage;
            grpc.MaxSendMessageSize = options.Limits.MaximumMessage;
            grpc.EnableDetailedErrors = false;
        });
        builder.Services.AddDkmService<GrpcHealth>();
        builder.Services.AddSingleton<ReplicaIdentity>().AddDkmService<StatusEndpoint>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Limits.Drain);
        if (!options.HandlesSignals)
        {
            builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        }

        builder.AddOpenTelemetry(options);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options));
        return builder;
    }

    /// <summary>Health on both ports, status on the one for gRPC. Called once, after the services are mapped.</summary>
    public static void MapDkmHealth(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapDkmService<GrpcHealth>(Grpc.Health.V1.Health.Descriptor);
        app.MapDkmService<StatusEndpoint>(StatusService.Descriptor);
        if (app.Services.GetRequiredService<ServerOptions>().Health is not null)
        {
            HealthEndpoint.Map(app, () => app.Services.GetServices<IReadiness>());
        }
    }

    internal static void AddLogging(ILoggingBuilder logging) => logging
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        })
        .SetMinimumLevel(LogLevel.Information)
        .AddFilter("Microsoft", LogLevel.Warning)

        // It logs every refusal as an event of its own; those are the caller's mistakes.
        .AddFilter("Grpc", LogLevel.Warning);

    private static void Configure(KestrelServerOptions kestrel, ServerOptions options)
    {
        var limits = options.Limits;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = limits.Connections;
        kestrel.Limits.MaxRequestBodySize = limits.MaximumMessage + 1024;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.Http2.MaxStreamsPerConnection = limits.StreamsPerConnection;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = 8 * 1024;

        // Off by default: without it a half-open connection stays for ever.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);

        var services = kestrel.ApplicationServices;
        kestrel.Listen(options.Listen, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(services.GetRequiredService<Handshake>().ForKestrel(limits));
            var tracker = services.GetRequiredService<ConnectionTracker>();
            listen.Use(next => context => tracker.RunAsync(context, next));
        });
        if (options.Health is { } health)
        {
            kestrel.Listen(health, listen => listen.Protocols = HttpProtocols.Http1);
        }
    }
}
