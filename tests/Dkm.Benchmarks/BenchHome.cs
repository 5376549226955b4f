namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.Transport;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary>A home with development certificates, and the services that run in this process over mTLS.</summary>
internal sealed class BenchHome : IAsyncDisposable
{
    public const string TrustDomain = "dkm.local";
    public const string Administrator = "admin";
    public const string Worker = "mailbox-worker";

    private readonly List<WebApplication> services = [];
    private readonly List<IDisposable> owned = [];

    public BenchHome()
    {
        DkmHome.Ensure(Folder);
        DevelopmentPki.Ensure(Folder, TrustDomain, TimeProvider.System);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("dkm-bench-").FullName;

    public static SpiffeId Workload(string name) => SpiffeId.Parse($"spiffe://{TrustDomain}/ns/mail/sa/{name}");

    public static SpiffeId Human(string name) => SpiffeId.Parse($"spiffe://{TrustDomain}/human/{name}");

    public static Uri Address(WebApplication service) => new(service.Urls.First(url => url.StartsWith("https://", StringComparison.Ordinal)));

    /// <summary>A path below the home.</summary>
    public string At(params string[] names) => Path.Combine([Folder, .. names]);

    /// <summary>Starts a service and waits until it is ready.</summary>
    public async Task<WebApplication> StartAsync(WebApplication service)
    {
        services.Add(service);
        await service.StartAsync();
        while (!service.Services.GetServices<IReadiness>().All(part => part.Ready))
        {
            await Task.Delay(2);
        }

        return service;
    }

    public async Task StopAsync(WebApplication service)
    {
        services.Remove(service);
        await service.StopAsync();
        await service.DisposeAsync();
    }

    /// <summary>Certificates for one more workload.</summary>
    public void Issue(string workload) => DevelopmentPki.Issue(Folder, workload, Workload(workload), TimeProvider.System);

    /// <summary>Calls of an identity to a service, on a connection of their own.</summary>
    public CallInvoker Call(string identity, DkmService service, Uri address)
    {
        var files = IdentityFiles.FromDirectory(At("pki", identity));
        var certificate = new CertificateSource(files.CertificateFile, files.KeyFile, TimeProvider.System, NullLogger.Instance);
        var trust = new TrustStore(files.ToTrustOptions(TrustDomain), TimeProvider.System, NullLogger.Instance);
        var channel = new ServiceChannel(
            new ServiceChannelOptions { Addresses = address, Service = service, TrustDomain = TrustDomain }, certificate, trust, TimeProvider.System, NullLogger.Instance);
        owned.AddRange([channel, certificate, trust]);
        return channel.Invoker;
    }

    public ServerOptions Server(DkmService service)
    {
        var files = IdentityFiles.FromDirectory(At("pki", service.ToString().ToLowerInvariant()));
        return new ServerOptions
        {
            Service = service,
            Development = true,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Health = null,
            CertificateFile = files.CertificateFile,
            KeyFile = files.KeyFile,
            Trust = DevelopmentPki.Trust(Folder, TrustDomain),
            HandlesSignals = false,
        };
    }

    /// <summary>Repeats an administrator's call until the policy that it needs has arrived.</summary>
    public static async Task UntilThePolicyArrivesAsync(Func<Task> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await call();
                return;
            }
            catch (DkmException trouble) when (attempt < 100 && trouble.Kind is ErrorKind.InvalidArgument or ErrorKind.Unavailable or ErrorKind.PermissionDenied)
            {
                await Task.Delay(50);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        owned.ForEach(thing => thing.Dispose());
        foreach (var service in Enumerable.Reverse(services).ToList())
        {
            await StopAsync(service);
        }

        Directory.Delete(Folder, recursive: true);
    }
}
