namespace Dkm.IntegrationTests.KeyRing;

using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.KeyRing;
using Dkm.KeyRing.V1;
using Dkm.Storage;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Google.Protobuf.WellKnownTypes;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <summary>Access and KeyRing in this process over one SQLite file, real mTLS, development floors. Tests share it and use names of their own.</summary>
public sealed class KeyRingFixture : IAsyncLifetime
{
    public const string Admin = "/human/admin";
    public const string Worker = "/ns/mail/sa/worker";
    public const string Crypto = "/dkm/crypto";

    private int names;
    private SqliteStore? store;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public TestPki Pki { get; } = new();

    public IRevisionedStore Store => store!;

    /// <summary>One that is behind makes a policy that is always some seconds old.</summary>
    public TimeProvider AccessClock { get; init; } = TimeProvider.System;

    public InstallationOptions Installation { get; init; } = InstallationOptions.ForDevelopment;

    public RunningService Access { get; private set; } = null!;

    public RunningService KeyRing { get; private set; } = null!;

    public KeyRingService.KeyRingServiceClient Admins => Rings(Admin);

    public async ValueTask InitializeAsync()
    {
        await OpenStoreAsync();
        Access = await RunningService.StartAsync(AccessService.Create(
            new AccessOptions
            {
                Server = TestServers.Options(Pki, DkmService.Access),
                RootFile = Path.Combine(Pki.Directory, "access.root"),
                FirstAdministrators = [SpiffeId.Parse(TestPki.Id(Admin))],
                Heartbeat = TimeSpan.FromMilliseconds(100),
                Refresh = TimeSpan.FromMilliseconds(100),
            },
            AccessClock,
            store));
        await Access.ReadyAsync();
        KeyRing = await StartKeyRingAsync();
    }

    /// <summary>One more KeyRing over the same store.</summary>
    /// <param name="limits">Of its listener.</param>
    /// <param name="access">Another Access than the fixture's, such as one that is not there: then it never is quite ready, and is not waited for.</param>
    /// <param name="clock">Its clock.</param>
    /// <param name="stateDirectory">Where it keeps its marks; with one it may never be ready, and is not waited for.</param>
    /// <param name="over">Its way to the store.</param>
    public async Task<RunningService> StartKeyRingAsync(
        LimitOptions? limits = null, Uri? access = null, TimeProvider? clock = null, string? stateDirectory = null, IRevisionedStore? over = null)
    {
        var service = await RunningService.StartAsync(KeyRingServer.Create(
            new KeyRingOptions
            {
                Server = TestServers.Options(Pki, DkmService.KeyRing, limits),
                Access = access ?? Access.Address,
                RootFile = Path.Combine(Pki.Directory, "keyring.root"),
                Installation = Installation,
                StateDirectory = stateDirectory,
            },
            clock ?? TimeProvider.System,
            over ?? store));
        if (stateDirectory is null)
        {
            await (access is null ? service.ReadyAsync() : service.ReadyAsync(part: "store"));
        }

        return service;
    }

    /// <summary>After the first one was stopped.</summary>
    public async Task ReplaceKeyRingAsync() => KeyRing = await StartKeyRingAsync();

    public string NewName(string prefix) => $"{prefix}-{Interlocked.Increment(ref names)}";

    public KeyRingService.KeyRingServiceClient Rings(string path, RunningService? at = null) => new(Channel(path, at ?? KeyRing));

    public KeySetService.KeySetServiceClient KeySets(string path, RunningService? at = null) => new(Channel(path, at ?? KeyRing));

    /// <summary>A group of workloads with a name of its own.</summary>
    public Task<Group> NewGroupAsync(params string[] members) => NewGroupAsync(NewName("group"), Group.Types.Kind.Workload, members);

    public async Task<Group> NewGroupAsync(string name, Group.Types.Kind kind, params string[] members)
    {
        var group = new Group { Name = name, Kind = kind };
        foreach (var member in members)
        {
            group.Members.Add(TestPki.Id(member));
        }

        return await Groups().CreateGroupAsync(new CreateGroupRequest { Group = group }, cancellationToken: Token);
    }

    public async Task<Group> SetMembersAsync(Group group, params string[] members)
    {
        var changed = group.Clone();
        changed.Members.Clear();
        foreach (var member in members)
        {
            changed.Members.Add(TestPki.Id(member));
        }

        return await Groups().UpdateGroupAsync(new UpdateGroupRequest { Group = changed }, cancellationToken: Token);
    }

    public Dkm.KeyRing.V1.RootService.RootServiceClient Roots(RunningService? at = null) => new(Channel(Admin, at ?? KeyRing));

    public GroupService.GroupServiceClient Groups() => new(Channel(Admin, Access));

    /// <summary>A ring whose keys live for an hour, leased for two seconds; a rollover that is asked for takes four.</summary>
    public KeyRing Ring(Group? group, params Permission[] permissions)
    {
        var ring = new KeyRing { Name = NewName("test/ring"), Policy = Policy(TimeSpan.FromHours(1)) };
        if (group is not null)
        {
            ring.Bindings.Add(new Binding { Group = group.Name, Permissions = { permissions } });
        }

        return ring;
    }

    public async Task<KeyRing> NewRingAsync(Group? group, params Permission[] permissions) =>
        await Admins.CreateKeyRingAsync(new CreateKeyRingRequest { KeyRing = Ring(group, permissions) }, cancellationToken: Token);

    public static KeyRingPolicy Policy(TimeSpan period) => new()
    {
        RolloverPeriod = period.ToDuration(),
        ActivationLead = TimeSpan.FromSeconds(1).ToDuration(),
        KeyLease = TimeSpan.FromSeconds(2).ToDuration(),
    };

    public async ValueTask DisposeAsync()
    {
        await KeyRing.DisposeAsync();
        await Access.DisposeAsync();
        await store!.DisposeAsync();
        Pki.Dispose();
    }

    private GrpcChannel Channel(string path, RunningService service) => TestServers.Channel(service.Address, Pki.Issue(path));

    private async Task OpenStoreAsync() => store = await SqliteStore.OpenAsync(
        new SqliteStoreOptions { Path = Path.Combine(Pki.Directory, "dkm.db") }, TimeProvider.System, NullLogger.Instance);
}
