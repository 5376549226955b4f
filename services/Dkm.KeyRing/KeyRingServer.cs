namespace Dkm.KeyRing;

using System;
using Dkm.Hosting;
using Dkm.Hosting.Policy;
using Dkm.KeyRing.Distribution;
using Dkm.KeyRing.Distribution.Holders;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Keys.States;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Dkm.KeyRing.V1;
using Dkm.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

/// <summary>Rings and keys: their making, rollover, archive and delivery.</summary>
public static class KeyRingServer
{
    /// <param name="options">How.</param>
    /// <param name="time">The clock.</param>
    /// <param name="store">A store that is open already and stays its owner's; null opens the one that the options name.</param>
    public static WebApplication Create(KeyRingOptions options, TimeProvider time, IRevisionedStore? store = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = DkmServer.CreateBuilder(options.Server, time);
        builder.Services.AddPolicyReplica(options.Access, new PolicyReplicaOptions { CutOff = RolloverTiming.CutOff });
        builder.Services
            .AddSingleton(options)
            .AddSingleton(options.Installation)
            .AddSingleton(RolloverTiming.Of(options.Installation));
        AddRings(builder.Services, store);
        AddDistribution(builder.Services);
        AddRollover(builder.Services);

        var app = builder.Build();
        app.MapDkmService<KeyRingEndpoint>(KeyRingService.Descriptor);
        app.MapDkmService<RootEndpoint>(RootService.Descriptor);
        app.MapDkmService<KeySetEndpoint>(KeySetService.Descriptor);
        app.MapDkmHealth();
        return app;
    }

    private static void AddRings(IServiceCollection services, IRevisionedStore? store) => services
        .AddSingleton<RingCatalog>()
        .AddSingleton(all => new ColdMaterials(all.GetRequiredService<RingCatalog>()))
        .AddSingleton<KeyMaterials>()
        .AddSingleton(all => new KeyRingStore(
            all.GetRequiredService<KeyRingOptions>(),
            store,
            all.GetRequiredService<RingCatalog>(),
            all.GetRequiredService<KeyMaterials>(),
            all.GetRequiredService<RolloverTiming>(),
            all.GetRequiredService<TimeProvider>(),
            all.GetRequiredService<ILogger<KeyRingStore>>()))
        .AddSingleton<IReadiness>(all => all.GetRequiredService<KeyRingStore>())
        .AddSingleton<IStatusPart>(all => all.GetRequiredService<KeyRingStore>())
        .AddSingleton<RingRepository>()
        .AddSingleton<RingAccess>()
        .AddSingleton<RingCreation>()
        .AddSingleton<RingUpdate>()
        .AddSingleton<AccessCheck>()
        .AddSingleton<StateChangeQuota>()
        .AddSingleton<KeyStateCommand>()
        .AddDkmService<RootEndpoint>()
        .AddDkmService<KeyRingEndpoint>();

    private static void AddDistribution(IServiceCollection services) => services
        .AddSingleton<HolderRegistry>()
        .AddSingleton<ReplicaPresence>()
        .AddSingleton<HolderDirectory>()
        .AddSingleton<BlastRadius>()
        .AddSingleton<Freshness>()
        .AddSingleton<KeySetBuilder>()
        .AddSingleton<KeyResolver>()
        .AddSingleton<RingStatus>()
        .AddDkmService<KeySetEndpoint>();

    private static void AddRollover(IServiceCollection services) => services
        .AddSingleton<RolloverElection>()
        .AddSingleton<IStatusPart>(all => all.GetRequiredService<RolloverElection>())
        .AddSingleton<RolloverCommand>()
        .AddSingleton<RolloverSchedule>()
        .AddSingleton<DueRings>()
        .AddSingleton<RemovedHolders>()
        .AddSingleton<OldRequests>()
        .AddSingleton<ScheduledDestructions>()
        .AddSingleton<DueDestructions>()

        // Last: what listens to the catalog has to be there before the store fills it. They stop in the opposite order, the loop before the store.
        .AddHostedService(all =>
        {
            all.GetRequiredService<HolderRegistry>();
            all.GetRequiredService<RolloverSchedule>();
            all.GetRequiredService<ScheduledDestructions>();
            return all.GetRequiredService<KeyRingStore>();
        })
        .AddHostedService<RolloverLoop>()
        .AddHostedService<HolderPublisher>();
}
