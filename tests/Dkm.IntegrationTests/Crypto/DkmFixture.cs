namespace Dkm.IntegrationTests.Crypto;

using System;
using System.Collections.Concurrent;
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
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Transport;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using CryptoClient = Dkm.Crypto.V1.CryptoService.CryptoServiceClient;

/// <summary>The three services in this process, over real mTLS and a real SQLite file, with a ring and the identities that tests call as.</summary>
public sealed class DkmFixture : IAsyncLifetime
{
    public const string Mail = "mail/connected-accounts";
    public const string Other = "mail/other";

    public const string Admin = "/human/admin";
    public const string Worker = "/ns/mail/sa/worker";
    public const string Writer = "/ns/mail/sa/writer";
    public const string Reader = "/ns/mail/sa/reader";
    public const string Stranger = "/ns/web/sa/stranger";

    private readonly ConcurrentDictionary<string, IdentityFiles> identities = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<IDisposable> owned = [];
    private readonly string directory = Directory.CreateTempSubdirectory("dkm-crypto-").FullName;
    private TrustOptions trust = null!;
    private SqliteStore store = null!;

    public TestPki Pki { get; } = new();

    public WebApplication Access { get; private set; } = null!;

    public WebApplication KeyRing { get; private set; } = null!;

    public WebApplication Crypto { get; private set; } = null!;

    /// <summary>Of Access and KeyRing both.</summary>
    public string StoreFile => Path.Combine(directory, "dkm.db");

    public static Uri AddressOf(WebApplication app) => new(app.Urls.First());

    public async ValueTask InitializeAsync()
    {
        trust = Pki.WriteTrust();
        store = await SqliteStore.OpenAsync(new SqliteStoreOptions { Path = StoreFile }, TimeProvider.System, NullLogger.Instance);
        Access = AccessService.Create(
            new AccessOptions
            {
                Server = Server(DkmService.Access, "/dkm/access"),
                RootFile = Path.Combine(directory, "access.root"),
                FirstAdministrators = [SpiffeId.Parse(TestPki.Id(Admin))],
                ElevationCa = ElevationCa(),
                Heartbeat = TimeSpan.FromMilliseconds(250),
                Refresh = TimeSpan.FromMilliseconds(250),
            },
            TimeProvider.System,
            store);
        await Access.StartAsync();
        KeyRing = KeyRingServer.Create(
            new KeyRingOptions
            {
                Server = Server(DkmService.KeyRing, "/dkm/keyring"),
                Access = AddressOf(Access),
                RootFile = Path.Combine(directory, "keyring.root"),
                Installation = InstallationOptions.ForDevelopment,
            },
            TimeProvider.System,
            store);
        await KeyRing.StartAsync();
        Crypto = StartableCrypto(AddressOf(KeyRing));
        await Crypto.StartAsync();
        await MakeRingsAsync();
    }

    /// <summary>A Crypto of its own, not started.</summary>
    public WebApplication StartableCrypto(Uri keyRing, Uri? access = null, LimitOptions? limits = null, TimeSpan? patience = null, TimeProvider? time = null) => CryptoServer.Create(
        new CryptoOptions
        {
            Server = Server(DkmService.Crypto, "/dkm/crypto") with { Limits = limits ?? new LimitOptions() },
            Access = access ?? AddressOf(Access),
            KeyRing = keyRing,
            Patience = patience ?? TimeSpan.FromSeconds(2),
        },
        time ?? TimeProvider.System);

    private CertificateAuthorityFiles ElevationCa()
    {
        var files = Pki.WriteIdentity(Pki.Elevated.Certificate, Path.Combine(directory, "elevation-ca"));
        return new CertificateAuthorityFiles(files.CertificateFile, files.KeyFile);
    }

    public IdentityFiles Identity(string path) => identities.GetOrAdd(path, Pki.IssueFiles);

    public CallInvoker Call(string path, DkmService service, WebApplication app)
    {
        var files = Identity(path);
        var certificate = new CertificateSource(files.CertificateFile, files.KeyFile, TimeProvider.System, NullLogger.Instance);
        var clientTrust = new TrustStore(files.ToTrustOptions(TestPki.TrustDomain), TimeProvider.System, NullLogger.Instance);
        var channel = new ServiceChannel(
            new ServiceChannelOptions { Addresses = AddressOf(app), Service = service, TrustDomain = TestPki.TrustDomain },
            certificate,
            clientTrust,
            TimeProvider.System,
            NullLogger.Instance);
        foreach (var thing in new IDisposable[] { certificate, clientTrust, channel })
        {
            owned.Add(thing);
        }

        return channel.Invoker;
    }

    public CryptoClient CryptoAs(string path, WebApplication? crypto = null) => new(Call(path, DkmService.Crypto, crypto ?? Crypto));

    public KeyRingService.KeyRingServiceClient Rings() => new(Call(Admin, DkmService.KeyRing, KeyRing));

    public GroupService.GroupServiceClient Groups() => new(Call(Admin, DkmService.Access, Access));

    public DkmClientOptions ClientOptions(string path) => new()
    {
        KeyRingAddress = AddressOf(KeyRing),
        CryptoAddress = AddressOf(Crypto),
        TrustDomain = TestPki.TrustDomain,
        IdentityDirectory = Path.GetDirectoryName(Identity(path).CertificateFile),
    };

    public Task MakeGroupAsync(string name, params string[] members) => Groups().CreateGroupAsync(new CreateGroupRequest
    {
        Group = new Group { Name = name, Kind = Group.Types.Kind.Workload, Members = { members.Select(TestPki.Id) } },
    }).ResponseAsync;

    public async Task<Dkm.KeyRing.V1.KeyRing> MakeRingAsync(string name, KeyRingPolicy? policy, params (string Group, Permission[] Permissions)[] bindings)
    {
        var ring = new Dkm.KeyRing.V1.KeyRing { Name = name, Policy = policy ?? new KeyRingPolicy() };
        foreach (var (group, permissions) in bindings)
        {
            ring.Bindings.Add(new Binding { Group = group, Permissions = { permissions } });
        }

        return await RetryNewGroupAsync(() => Rings().CreateKeyRingAsync(new CreateKeyRingRequest { KeyRing = ring }).ResponseAsync);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var thing in owned)
        {
            thing.Dispose();
        }

        foreach (var app in new[] { Crypto, KeyRing, Access })
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        await store.DisposeAsync();
        Pki.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private async Task MakeRingsAsync()
    {
        foreach (var app in new[] { Access, KeyRing, Crypto })
        {
            await Eventually.TrueAsync(() => app.Services.GetServices<IReadiness>().All(part => part.Ready), "the three services are ready");
        }

        await MakeGroupAsync("workers", Worker);
        await MakeGroupAsync("writers", Writer);
        await MakeGroupAsync("readers", Reader);
        (string, Permission[])[] bindings =
        [
            ("workers", [Permission.Hold]),
            ("writers", [Permission.Encrypt]),
            ("readers", [Permission.Decrypt]),
        ];
        await MakeRingAsync(Mail, null, bindings);
        await MakeRingAsync(Other, null, ("workers", [Permission.Hold]));
    }

    /// <summary>The services start in any order, and a new group takes a moment to reach KeyRing.</summary>
    private static async Task<T> RetryNewGroupAsync<T>(Func<Task<T>> call)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (DkmException e) when (attempt < 100 && e.Kind is ErrorKind.Unavailable or ErrorKind.InvalidArgument or ErrorKind.PermissionDenied)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
    }

    private ServerOptions Server(DkmService service, string path) => new()
    {
        Service = service,
        Development = true,
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Health = null,
        CertificateFile = Identity(path).CertificateFile,
        KeyFile = Identity(path).KeyFile,
        Trust = trust,
        HandlesSignals = false,
    };
}
