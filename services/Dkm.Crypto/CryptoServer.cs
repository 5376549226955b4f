namespace Dkm.Crypto;

using System;
using Dkm.Client;
using Dkm.Client.KeySets;
using Dkm.Core;
using Dkm.Crypto.Operations;
using Dkm.Crypto.Rings;
using Dkm.Hosting;
using Dkm.Hosting.Policy;
using Dkm.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

/// <summary>Protect and unprotect for callers that may not hold keys: the client library, run as a service.</summary>
public static class CryptoServer
{
    public static WebApplication Create(CryptoOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = DkmServer.CreateBuilder(options.Server, time);
        builder.Services.AddPolicyReplica(options.Access);
        builder.Services
            .AddSingleton(options)
            .AddSingleton(services => new KeyRingLink(OpenChannel(options, services), HolderOptions(options), Clock(time), services.GetRequiredService<ILogger<KeySetHolder>>()))
            .AddSingleton<IReadiness>(services => services.GetRequiredService<KeyRingLink>())
            .AddHostedService(services => services.GetRequiredService<KeyRingLink>())
            .AddSingleton(services => services.GetRequiredService<KeyRingLink>().Holder)
            .AddSingleton<RingDirectory>()
            .AddSingleton<ElevationClock>()
            .AddSingleton(services => new Elevations(
                services.GetRequiredService<IGroupMembership>(),
                services.GetRequiredService<ElevationClock>(),
                () => services.GetRequiredService<PolicyChannel>().Channel.Invoker))
            .AddSingleton<Judge>()
            .AddSingleton<Opening>()
            .AddSingleton<BatchOpening>()
            .AddSingleton<Description>()
            .AddHostedService<IdleRings>()
            .AddDkmService<CryptoEndpoint>();

        var app = builder.Build();
        app.MapDkmService<CryptoEndpoint>(V1.CryptoService.Descriptor);
        app.MapDkmHealth();
        return app;
    }

    private static KeySetHolderOptions HolderOptions(CryptoOptions options) => new()
    {
        AdoptResolvedRings = true,
        MaximumRings = options.MaximumRings,
        ResolveTimeout = options.Patience,
        ResolvedKeyCapacity = options.ArchivedKeys,
    };

    /// <summary>Leases are counted on a clock that goes on in sleep.</summary>
    private static TimeProvider Clock(TimeProvider time) => time == TimeProvider.System ? BootClock.Instance : time;

    private static ServiceChannel OpenChannel(CryptoOptions options, IServiceProvider services) => new(
        new ServiceChannelOptions { Addresses = options.KeyRing, Service = DkmService.KeyRing, TrustDomain = options.Server.Trust.TrustDomain },
        services.GetRequiredService<CertificateSource>(),
        services.GetRequiredService<TrustStore>(),
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<ILogger<ServiceChannel>>());
}
