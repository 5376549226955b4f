namespace Dkm.Hosting.Policy;

using System;
using Dkm.Core;
using Dkm.Transport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

public static class PolicyReplicaExtensions
{
    /// <summary>Follows Access's policy; decisions and readiness of this service rest on it.</summary>
    public static IServiceCollection AddPolicyReplica(this IServiceCollection services, ServiceAddresses access, PolicyReplicaOptions? options = null)
    {
        services.AddSingleton(provider =>
        {
            var time = provider.GetRequiredService<TimeProvider>();
            return new PolicyChannel(new ServiceChannel(
                new ServiceChannelOptions
                {
                    Addresses = access,
                    Service = DkmService.Access,
                    TrustDomain = provider.GetRequiredService<ServerOptions>().Trust.TrustDomain,
                    MaximumMessage = LimitOptions.MaximumPolicy,
                },
                provider.GetRequiredService<CertificateSource>(),
                provider.GetRequiredService<TrustStore>(),
                time,
                provider.GetRequiredService<ILogger<ServiceChannel>>()));
        });
        services.AddSingleton(provider => new PolicyReplica(
            provider.GetRequiredService<PolicyChannel>().Channel.Invoker,
            options ?? new PolicyReplicaOptions(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<PolicyReplica>>()));
        services.AddSingleton<IGroupMembership>(provider => provider.GetRequiredService<PolicyReplica>());
        services.AddSingleton<IReadiness>(provider => provider.GetRequiredService<PolicyReplica>());
        return services.AddHostedService(provider => provider.GetRequiredService<PolicyReplica>());
    }
}
