namespace Dkm.Benchmarks;

using System;
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
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging.Abstractions;
using Suite = Dkm.KeyRing.V1.Suite;

/// <summary>The three services in this process over mTLS and a SQLite file, two rings of one suite each, and on Crypto's port the empty call beside Crypto.</summary>
internal sealed class BenchInstallation : IAsyncDisposable
{
    private readonly BenchHome home = new();
    private SqliteStore? store;
    private DkmClient? client;

    public IDkmRing Ring(int suite) => client!.Ring($"bench/suite{suite}");

    /// <summary>Calls of the worker to Crypto's port.</summary>
    public CallInvoker Crypto { get; private set; } = null!;

    public static async Task<BenchInstallation> StartAsync()
    {
        var installation = new BenchInstallation();
        await installation.OpenAsync();
        return installation;
    }

    public async ValueTask DisposeAsync()
    {
        if (client is not null)
        {
            await client.DisposeAsync();
        }

        await home.DisposeAsync();
        if (store is not null)
        {
            await store.DisposeAsync();
        }
    }

    private async Task OpenAsync()
    {
        var time = TimeProvider.System;
        store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = home.At("dkm.db") }, time, NullLogger.Instance);
        var access = BenchHome.Address(await home.StartAsync(AccessService.Create(
            new AccessOptions
            {
                Server = home.Server(DkmService.Access),
                RootFile = home.At("access.root"),
                FirstAdministrators = [BenchHome.Human(BenchHome.Administrator)],
            },
            time,
            store)));
        var keyRing = BenchHome.Address(await home.StartAsync(KeyRingServer.Create(
            new KeyRingOptions
            {
                Server = home.Server(DkmService.KeyRing),
                Access = access,
                RootFile = home.At("keyring.root"),
                Installation = InstallationOptions.ForDevelopment,
            },
            time,
            store)));
        var crypto = CryptoServer.Create(new CryptoOptions { Server = home.Server(DkmService.Crypto), Access = access, KeyRing = keyRing }, time);
        crypto.MapGrpcService<EmptyEndpoint>().WithMetadata(new UnguardedForMeasurement());
        Crypto = home.Call(BenchHome.Worker, DkmService.Crypto, BenchHome.Address(await home.StartAsync(crypto)));
        await MakeRingsAsync(access, keyRing);
    }

    private async Task MakeRingsAsync(Uri access, Uri keyRing)
    {
        var workers = new Group { Name = "bench-workers", Kind = Group.Types.Kind.Workload, Members = { BenchHome.Workload(BenchHome.Worker).ToString() } };
        var groups = new GroupService.GroupServiceClient(home.Call(BenchHome.Administrator, DkmService.Access, access));
        await groups.CreateGroupAsync(new CreateGroupRequest { Group = workers });
        var rings = new KeyRingService.KeyRingServiceClient(home.Call(BenchHome.Administrator, DkmService.KeyRing, keyRing));
        foreach (var suite in new[] { Suite.Xaes256Gcm, Suite.Aegis256 })
        {
            await BenchHome.UntilThePolicyArrivesAsync(() => rings.CreateKeyRingAsync(new CreateKeyRingRequest
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
            KeyRingAddress = keyRing,
            TrustDomain = BenchHome.TrustDomain,
            IdentityDirectory = home.At("pki", BenchHome.Worker),
            Rings = { "bench/suite1", "bench/suite3" },
        });
        await client.ReadyAsync();
    }
}
