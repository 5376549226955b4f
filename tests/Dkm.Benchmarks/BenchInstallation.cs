namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading.Tasks;
using Dkm.Access;
using Dkm.Access.V1;
using Dkm.Client;
using Dkm.Core;
using Dkm.Crypto;
using Dkm.Hosting;
using Dkm.KeyRing;
using Dkm.KeyRing.V1;
using Dkm.Storage;
using Dkm.Transport;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Suite = Dkm.KeyRing.V1.Suite;

/// <summary>The three services in this process over mTLS and a SQLite file, two rings of one suite each, and on Crypto's port the empty call beside Crypto.</summary>
internal sealed class BenchInstallation : IAsyncDisposable
{
    public const string TrustDomain = "dkm.local";
    private const string Worker = "mailbox-worker";

    private readonly string home = Directory.CreateTempSubdirectory("dkm-bench-").FullName;
    private readonly List<WebApplication> services = [];
    private readonly List<IDisposable> owned = [];
    private SqliteStore? store;
    private DkmClient? client;

    public IDkmRing Ring(int suite) => client!.Ring($"bench/suite{suite}");

    /// <summary>A channel of the worker to Crypto's port.</summary>
    public CallInvoker Crypto => Call(Worker, DkmService.Crypto);

    public static async Task<BenchInstallation> StartAsync()
    {
        var installation = new BenchInstallation();
        await installation.OpenAsync();
        await installation.MakeRingsAsync();
        return installation;
    }

    public async ValueTask DisposeAsync()
    {
        if (client is not null)
        {
            await client.DisposeAsync();
        }

        foreach (var thing in owned)
        {
            thing.Dispose();
        }

        foreach (var service in Enumerable.Reverse(services))
        {
            await service.StopAsync();
            await service.DisposeAsync();
        }

        if (store is not null)
        {
            await store.DisposeAsync();
        }

        Directory.Delete(home, recursive: true);
    }

    private async Task OpenAsync()
    {
        var time = TimeProvider.System;
        DkmHome.Ensure(home);
        DevelopmentPki.Ensure(home, TrustDomain, time);
        store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = Path.Combine(home, "dkm.db") }, time, NullLogger.Instance);
        await StartAsync(AccessService.Create(
            new AccessOptions
            {
                Server = Server(DkmService.Access),
                RootFile = Path.Combine(home, "access.root"),
                FirstAdministrators = [SpiffeId.Parse($"spiffe://{TrustDomain}/human/admin")],
            },
            time,
            store));
        await StartAsync(KeyRingServer.Create(
            new KeyRingOptions
            {
                Server = Server(DkmService.KeyRing),
                Access = Address(DkmService.Access),
                RootFile = Path.Combine(home, "keyring.root"),
                Installation = InstallationOptions.ForDevelopment,
            },
            time,
            store));
        var crypto = CryptoServer.Create(
            new CryptoOptions { Server = Server(DkmService.Crypto), Access = Address(DkmService.Access), KeyRing = Address(DkmService.KeyRing) }, time);
        crypto.MapGrpcService<EmptyEndpoint>().WithMetadata(new UnguardedForMeasurement());
        await StartAsync(crypto);
        while (!services.SelectMany(service => service.Services.GetServices<IReadiness>()).All(part => part.Ready))
        {
            await Task.Delay(20);
        }
    }

    private async Task StartAsync(WebApplication service)
    {
        services.Add(service);
        await service.StartAsync();
    }

    private async Task MakeRingsAsync()
    {
        var workers = new Group { Name = "bench-workers", Kind = Group.Types.Kind.Workload, Members = { $"spiffe://{TrustDomain}/ns/mail/sa/mailbox-worker" } };
        await new GroupService.GroupServiceClient(Call("admin", DkmService.Access)).CreateGroupAsync(new CreateGroupRequest { Group = workers });
        var rings = new KeyRingService.KeyRingServiceClient(Call("admin", DkmService.KeyRing));
        foreach (var suite in new[] { Suite.Xaes256Gcm, Suite.Aegis256 })
        {
            await UntilTheGroupArrivesAsync(() => rings.CreateKeyRingAsync(new CreateKeyRingRequest
            {
                KeyRing = new KeyRing
                {
                    Name = $"bench/suite{(int)suite}",
                    Policy = new KeyRingPolicy { Suite = suite },
                    Bindings = { new Binding { Group = workers.Name, Permissions = { Permission.Hold } } },
                },
            }).ResponseAsync);
        }

        client = DkmClient.Create(new DkmClientOptions
        {
            KeyRingAddress = Address(DkmService.KeyRing),
            TrustDomain = TrustDomain,
            IdentityDirectory = Path.Combine(home, "pki", Worker),
            Rings = { "bench/suite1", "bench/suite3" },
        });
        await client.ReadyAsync();
    }

    private static async Task UntilTheGroupArrivesAsync(Func<Task> call)
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

    private Uri Address(DkmService service) => new(services[(int)service - 1].Urls.First());

    private CallInvoker Call(string identity, DkmService service)
    {
        var files = IdentityFiles.FromDirectory(Path.Combine(home, "pki", identity));
        var certificate = new CertificateSource(files.CertificateFile, files.KeyFile, TimeProvider.System, NullLogger.Instance);
        var trust = new TrustStore(files.ToTrustOptions(TrustDomain), TimeProvider.System, NullLogger.Instance);
        var channel = new ServiceChannel(
            new ServiceChannelOptions { Addresses = Address(service), Service = service, TrustDomain = TrustDomain }, certificate, trust, TimeProvider.System, NullLogger.Instance);
        owned.AddRange([channel, certificate, trust]);
        return channel.Invoker;
    }

    private ServerOptions Server(DkmService service)
    {
        var files = IdentityFiles.FromDirectory(Path.Combine(home, "pki", service.ToString().ToLowerInvariant()));
        return new ServerOptions
        {
            Service = service,
            Development = true,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Health = null,
            CertificateFile = files.CertificateFile,
            KeyFile = files.KeyFile,
            Trust = DevelopmentPki.Trust(home, TrustDomain),
            HandlesSignals = false,
        };
    }
}
