namespace Microsoft.Extensions.DependencyInjection;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

/// <summary>DKM in an application's services.</summary>
public static class DkmServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="DkmClient"/> as a singleton. Its options are checked, and the rings that they name are fetched, when the host starts; waiting for them is
    /// <see cref="DkmClient.ReadyAsync"/>'s.
    /// </summary>
    public static IServiceCollection AddDkm(this IServiceCollection services, Action<DkmClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<DkmClientOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DkmClientOptions>, DkmClientOptionsRule>();
        services.AddSingleton(static provider =>
            DkmClient.Create(provider.GetRequiredService<IOptions<DkmClientOptions>>().Value, provider.GetService<ILoggerFactory>()));
        services.AddHostedService<Starter>();
        return services;
    }

    /// <summary>Being asked for, the client is made.</summary>
    private sealed class Starter : IHostedService
    {
        public Starter(DkmClient client) => ArgumentNullException.ThrowIfNull(client);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
