namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Access;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Crypto;
using Dkm.KeyRing;
using Dkm.KeyRing.V1;
using Dkm.Storage;
using Dkm.Testing.Etcd;
using Dkm.Transport;
using Microsoft.AspNetCore.Builder;

/// <summary>
/// Three members of a real etcd as processes of their own, TLS on both sides, and the services in this process on it, with the times of production. One group of workloads
/// that may hold the rings.
/// </summary>
internal sealed class EtcdInstallation : IAsyncDisposable
{
    public const string Workers = "bench-workers";

    private static readonly TimeProvider Time = TimeProvider.System;

    private readonly EtcdProcesses etcd;
    private readonly List<EtcdStore> stores = [];
    private int replicas;

    private EtcdInstallation(EtcdProcesses etcd) => this.etcd = etcd;

    public BenchHome Home { get; } = new();

    public Uri Access { get; private set; } = null!;

    public GroupService.GroupServiceClient Groups { get; private set; } = null!;

    public Group Group { get; private set; } = null!;

    public string KeyRingRoot => Home.At("keyring.root");

    public static async Task<EtcdInstallation> StartAsync(params IEnumerable<string> members)
    {
        var installation = new EtcdInstallation(await EtcdProcesses.StartAsync());
        try
        {
            await installation.OpenAsync(members);
            return installation;
        }
        catch
        {
            await installation.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where etcd is, for a process that opens it by itself.</summary>
    public EtcdStoreOptions Etcd(string client) => etcd.Options(client);

    public async Task<EtcdStore> OpenStoreAsync(string client)
    {
        var store = await etcd.OpenStoreAsync(client);
        stores.Add(store);
        return store;
    }

    /// <summary>One more replica of KeyRing; ready when this returns.</summary>
    public async Task<WebApplication> StartKeyRingAsync() => await Home.StartAsync(KeyRingServer.Create(
        new KeyRingOptions
        {
            Server = Home.Server(DkmService.KeyRing),
            Access = Access,
            RootFile = KeyRingRoot,
            StateDirectory = State("keyring"),
        },
        Time,
        await OpenStoreAsync("dkm-keyring")));

    public Task<WebApplication> StartCryptoAsync(params IEnumerable<WebApplication> keyRings) => Home.StartAsync(CryptoServer.Create(
        new CryptoOptions
        {
            Server = Home.Server(DkmService.Crypto),
            Access = Access,
            KeyRing = new ServiceAddresses(keyRings.Select(BenchHome.Address)),
            IdleRing = TimeSpan.FromHours(1),
        },
        Time));

    public KeyRingService.KeyRingServiceClient Administrator(WebApplication keyRing) =>
        new(Home.Call(BenchHome.Administrator, DkmService.KeyRing, BenchHome.Address(keyRing)));

    /// <summary>Makes one ring as administrators do, after which KeyRing has taken note of who is in the group.</summary>
    public Task MakeRingAsync(WebApplication keyRing, string name) => BenchHome.UntilThePolicyArrivesAsync(() => Administrator(keyRing).CreateKeyRingAsync(
        new CreateKeyRingRequest
        {
            KeyRing = new KeyRing { Name = name, Bindings = { new Binding { Group = Workers, Permissions = { Permission.Hold } } } },
        }).ResponseAsync);

    /// <summary>Says who is in the group from now on.</summary>
    public async Task SetMembersAsync(IEnumerable<string> members) => Group = await Groups.UpdateGroupAsync(new UpdateGroupRequest
    {
        Group = new Group { Name = Workers, Etag = Group.Etag, Members = { members } },
        UpdateMask = new() { Paths = { "members" } },
    });

    public async ValueTask DisposeAsync()
    {
        await Home.DisposeAsync();
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }

        await etcd.DisposeAsync();
    }

    private async Task OpenAsync(IEnumerable<string> members)
    {
        var access = await Home.StartAsync(AccessService.Create(
            new AccessOptions
            {
                Server = Home.Server(DkmService.Access),
                RootFile = Home.At("access.root"),
                StateDirectory = State("access"),
                FirstAdministrators = [BenchHome.Human(BenchHome.Administrator)],
            },
            Time,
            await OpenStoreAsync("dkm-access")));
        Access = BenchHome.Address(access);
        Groups = new GroupService.GroupServiceClient(Home.Call(BenchHome.Administrator, DkmService.Access, Access));
        Group = await Groups.CreateGroupAsync(new CreateGroupRequest
        {
            Group = new Group { Name = Workers, Kind = Group.Types.Kind.Workload, Members = { members } },
        });
    }

    private string State(string service) => Home.At("state", $"{service}-{++replicas}");
}
