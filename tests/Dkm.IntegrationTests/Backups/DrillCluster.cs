namespace Dkm.IntegrationTests.Backups;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access;
using Dkm.Core;
using Dkm.Crypto;
using Dkm.Hosting;
using Dkm.IntegrationTests.Cli;
using Dkm.KeyRing;
using Dkm.Storage;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Dkm.Transport;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

/// <summary>
/// What outlives a store: identities, roots, state directories, and a home from which <c>dkm</c> is run as a process. The services run in this process, over whatever store a test
/// gives them, and end with it.
/// </summary>
internal sealed class DrillCluster : IAsyncDisposable
{
    public const string Admin = "/human/admin";
    public const string Second = "/human/second";
    public const string Stranger = "/human/stranger";
    public const string Worker = "/ns/mail/sa/worker";

    private readonly TestHome home = new();
    private readonly List<RunningService> services = [];

    public DrillCluster()
    {
        DkmHome.Ensure(home.Home);
        WriteIdentity("admin", Admin);
        WriteIdentity("second", Second);
        WriteIdentity("stranger", Stranger);
        WriteIdentity("worker", Worker);
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public TestPki Pki { get; } = new();

    public string Folder => home.Folder;

    public IReadOnlyList<RunningService> Access { get; private set; } = [];

    public IReadOnlyList<RunningService> KeyRing { get; private set; } = [];

    public RunningService? Crypto { get; private set; }

    /// <summary>The names of the root files of the services that are started; others are made by the first start.</summary>
    public string Roots { get; set; } = "first";

    /// <summary>Starts the services; they are not waited for.</summary>
    /// <param name="access">The store of one replica of Access, of each.</param>
    /// <param name="keyRing">The store of one replica of KeyRing, of each.</param>
    /// <param name="awaiting">Whether they await a restore.</param>
    public async Task StartAsync(IReadOnlyList<IRevisionedStore> access, IReadOnlyList<IRevisionedStore> keyRing, bool awaiting)
    {
        Access = await StartAllAsync(access, (store, number) => AccessService.Create(
            new AccessOptions
            {
                Server = TestServers.Options(Pki, DkmService.Access),
                RootFile = RootFile("access"),
                StateDirectory = StateDirectory("access", number),
                AwaitRestore = awaiting,
                FirstAdministrators = [SpiffeId.Parse(TestPki.Id(Admin))],
                Heartbeat = TimeSpan.FromMilliseconds(100),
                Refresh = TimeSpan.FromMilliseconds(100),
            },
            TimeProvider.System,
            store));
        KeyRing = await StartAllAsync(keyRing, (store, number) => KeyRingServer.Create(
            new KeyRingOptions
            {
                Server = TestServers.Options(Pki, DkmService.KeyRing),
                Access = Addresses(Access),
                RootFile = RootFile("keyring"),
                StateDirectory = StateDirectory("keyring", number),
                AwaitRestore = awaiting,
                Installation = InstallationOptions.ForDevelopment,
            },
            TimeProvider.System,
            store));
        Crypto = (await StartAllAsync([keyRing[0]], (_, _) => CryptoServer.Create(
            new CryptoOptions { Server = TestServers.Options(Pki, DkmService.Crypto), Access = Addresses(Access), KeyRing = Addresses(KeyRing) }, TimeProvider.System)))[0];
        DkmHome.WriteConfiguration(home.Home, new HomeConfiguration
        {
            TrustDomain = TestPki.TrustDomain,
            Access = Addresses(Access),
            KeyRing = Addresses(KeyRing),
            Crypto = Crypto.Address,
        });
    }

    public async Task StartReadyAsync(IRevisionedStore store)
    {
        await StartAsync([store], [store], awaiting: false);
        await ReadyAsync();
    }

    public async Task ReadyAsync()
    {
        foreach (var service in services)
        {
            await service.ReadyAsync();
        }
    }

    /// <summary>Ends all services.</summary>
    public async Task StopAsync()
    {
        foreach (var service in Enumerable.Reverse(services))
        {
            // Their store may be gone, and they tell so.
            service.ErrorsExpected = true;
            await service.DisposeAsync();
        }

        services.Clear();
    }

    public static IReadiness Store(RunningService service) => service.App.Services.GetServices<IReadiness>().Single(part => part.Name == "store");

    /// <summary>Fails unless it succeeds.</summary>
    public async Task<CommandResult> DkmAsync(params string[] arguments)
    {
        var result = await TryDkmAsync(arguments);
        Assert.True(result.ExitCode == 0, $"dkm {string.Join(' ', arguments)}: {result.ExitCode} {result.Error}{result.Output}");
        return result;
    }

    public Task<CommandResult> TryDkmAsync(params string[] arguments) => home.DkmAsync(arguments);

    public async Task<JsonElement> JsonAsync(params string[] arguments) => JsonDocument.Parse((await DkmAsync([.. arguments, "--output", "json"])).Output).RootElement;

    /// <summary>An envelope of the worker's, made through Crypto.</summary>
    public async Task<byte[]> ProtectAsync(string ring, string text)
    {
        var made = await home.DkmAsync(System.Text.Encoding.UTF8.GetBytes(text), "protect", "--ring", ring, "--identity", "worker");
        Assert.True(made.ExitCode == 0, made.Error);
        return made.OutputBytes;
    }

    public Task<CommandResult> UnprotectAsync(byte[] envelope) => home.DkmAsync(envelope, "unprotect", "--identity", "worker");

    public string PathOf(string file) => Path.Combine(home.Folder, file);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        home.Dispose();
        Pki.Dispose();
    }

    private static ServiceAddresses Addresses(IReadOnlyList<RunningService> replicas) => new(replicas.Select(replica => replica.Address));

    private async Task<IReadOnlyList<RunningService>> StartAllAsync(
        IReadOnlyList<IRevisionedStore> stores, Func<IRevisionedStore, int, Microsoft.AspNetCore.Builder.WebApplication> create)
    {
        var started = new List<RunningService>();
        foreach (var store in stores)
        {
            started.Add(await RunningService.StartAsync(create(store, started.Count)));
            services.Add(started[^1]);
        }

        return started;
    }

    private string RootFile(string service) => Path.Combine(Pki.Directory, $"{Roots}-{service}.root");

    private string StateDirectory(string service, int number)
    {
        var directory = Path.Combine(Pki.Directory, $"state-{service}-{number}");
        Directory.CreateDirectory(directory);
        return directory;
    }

    private void WriteIdentity(string name, string path)
    {
        var files = Pki.WriteIdentity(Pki.Issue(path), DkmHome.IdentityDirectory(home.Home, name));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(files.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
