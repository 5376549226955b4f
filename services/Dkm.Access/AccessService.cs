namespace Dkm.Access;

using System;
using Dkm.Access.Approvals;
using Dkm.Access.Credentials;
using Dkm.Access.Groups;
using Dkm.Access.Policy;
using Dkm.Access.Records;
using Dkm.Access.V1;
using Dkm.Hosting;
using Dkm.Hosting.Policy;
using Dkm.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

/// <summary>Who is who: groups, elevations, proposals, and the policy that KeyRing and Crypto decide by.</summary>
public static class AccessService
{
    /// <param name="options">How.</param>
    /// <param name="time">The clock.</param>
    /// <param name="store">A store that is open already and stays its owner's; null opens the one that the options name.</param>
    public static WebApplication Create(AccessOptions options, TimeProvider time, IRevisionedStore? store = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var builder = DkmServer.CreateBuilder(options.Server, time);
        builder.Services
            .AddSingleton(options)
            .AddSingleton<SeenTime>()
            .AddSingleton<GroupDirectory>()
            .AddSingleton(services => new AccessStore(
                options,
                store,
                services.GetRequiredService<GroupDirectory>(),
                services.GetRequiredService<SeenTime>(),
                time,
                services.GetRequiredService<ILogger<AccessStore>>()))
            .AddSingleton<IGroupMembership>(services => services.GetRequiredService<AccessStore>())
            .AddSingleton<IReadiness>(services => services.GetRequiredService<AccessStore>())
            .AddSingleton<IStatusPart>(services => services.GetRequiredService<AccessStore>())
            .AddHostedService(services => services.GetRequiredService<AccessStore>())
            .AddSingleton<GroupRepository>()
            .AddSingleton<PetitionRepository>()
            .AddSingleton<ElevationCredentials>()
            .AddHostedService<PetitionSweep>()
            .AddDkmService<GroupEndpoint>()
            .AddDkmService<ApprovalEndpoint>()
            .AddDkmService<RootEndpoint>()
            .AddDkmService<PolicyEndpoint>(LimitOptions.MaximumPolicy);

        var app = builder.Build();

        // Files that cannot be used are found at the start and not at the first credential.
        _ = app.Services.GetRequiredService<ElevationCredentials>();
        app.MapDkmService<GroupEndpoint>(GroupService.Descriptor);
        app.MapDkmService<ApprovalEndpoint>(ApprovalService.Descriptor);
        app.MapDkmService<RootEndpoint>(RootService.Descriptor);
        app.MapDkmService<PolicyEndpoint>(PolicyService.Descriptor);
        app.MapDkmHealth();
        return app;
    }
}
