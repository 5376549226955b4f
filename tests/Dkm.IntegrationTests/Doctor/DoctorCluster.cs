namespace Dkm.IntegrationTests.Doctor;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Dkm.Access;
using Dkm.Core;
using Dkm.Crypto;
using Dkm.IntegrationTests.Cli;
using Dkm.KeyRing;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Testing.Etcd;
using Dkm.Testing.Services;
using Dkm.Transport;
using Xunit;

/// <summary>Two replicas of Access and KeyRing and one of Crypto in this process, on three members of etcd as processes, and <c>dkm</c> as a process with a home that knows them all.</summary>
internal sealed class DoctorCluster : IAsyncDisposable
{
    private readonly TestPki pki = new();
    private readonly TestHome home = new();
    private readonly List<RunningService> services = [];

    private DoctorCluster(EtcdProcesses etcd) => Etcd = etcd;

    public EtcdProcesses Etcd { get; }

    public RunningService KeyRing(int replica) => services[2 + replica];

    /// <summary>The files of the second replica of KeyRing.</summary>
    public IdentityFiles Files { get; private set; } = null!;

    public TestPki Pki => pki;

    public static async Task<DoctorCluster> StartAsync(Func<IReadOnlyList<string>, IEnumerable<string>>? adapt = null, TimeProvider? clock = null)
    {
        var cluster = new DoctorCluster(await EtcdProcesses.StartAsync(adapt, cancellationToken: TestContext.Current.CancellationToken));
        try
        {
            await cluster.StartServicesAsync(clock ?? TimeProvider.System);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>What <c>dkm doctor</c> finds wrong, by the names of the findings.</summary>
    public async Task<Diagnosis> AskAsync(params string[] options)
    {
        var result = await home.DkmAsync(["doctor", "--output", "json", .. options]);
        Assert.True(result.Output.Length > 0, result.Error);
        var checks = JsonDocument.Parse(result.Output).RootElement.GetProperty("checks").EnumerateArray()
            .Select(check => new Finding(
                check.GetProperty("name").GetString()!,
                check.GetProperty("verdict").GetString()!,
                check.GetProperty("detail").GetString()!,
                check.TryGetProperty("advice", out var advice) ? advice.GetString() : null))
            .ToList();
        return new Diagnosis(result.ExitCode, checks);
    }

    public async Task<Diagnosis> WaitForAsync(string what, Func<Diagnosis, bool> wanted)
    {
        Diagnosis last = null!;
        var tries = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                last = await AskAsync();

                // What is found in the end says more than that the time is over.
                Assert.True(wanted(last) || ++tries < 40, $"{what}, instead of\n{string.Join('\n', last.Findings)}");
                return wanted(last);
            },
            what,
            seconds: 90);
        return last;
    }

    public Task<Diagnosis> WaitUntilWellAsync() => WaitForAsync("well", diagnosis => diagnosis.ExitCode == 0);

    public static async Task StopAsync(RunningService service)
    {
        await service.StopAsync();
        service.ErrorsExpected = true;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(services))
        {
            // Outages are the point here.
            service.ErrorsExpected = true;
            await service.DisposeAsync();
        }

        await Etcd.DisposeAsync();
        home.Dispose();
        pki.Dispose();
    }

    private async Task StartServicesAsync(TimeProvider clock)
    {
        var access = await StartAccessAsync();
        var addresses = new ServiceAddresses(access.Address, (await StartAccessAsync()).Address);
        var keyRing = await StartKeyRingAsync(addresses, TimeProvider.System);
        var keyRings = new ServiceAddresses(keyRing.Address, (await StartKeyRingAsync(addresses, clock)).Address);
        var crypto = await StartAsync(RunningService.StartAsync(CryptoServer.Create(
            new CryptoOptions { Server = TestServers.Options(pki, DkmService.Crypto), Access = addresses, KeyRing = keyRings }, TimeProvider.System)));
        DkmHome.Ensure(home.Home);
        DkmHome.WriteConfiguration(home.Home, new HomeConfiguration
        {
            TrustDomain = TestPki.TrustDomain,
            Access = addresses,
            KeyRing = keyRings,
            Crypto = crypto.Address,
        });
        foreach (var (name, path) in ((string, string)[])[("admin", "/human/admin"), ("worker", "/ns/mail/sa/worker")])
        {
            var files = pki.WriteIdentity(pki.Issue(path), DkmHome.IdentityDirectory(home.Home, name));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(files.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
    }

    private Task<RunningService> StartAccessAsync() => StartAsync(RunningService.StartAsync(AccessService.Create(
        new AccessOptions
        {
            Server = TestServers.Options(pki, DkmService.Access),
            Etcd = Etcd.Options("dkm-access"),
            RootFile = Path.Combine(pki.Directory, "access.root"),
            FirstAdministrators = [SpiffeId.Parse(TestPki.Id("/human/admin"))],
        },
        TimeProvider.System)));

    private Task<RunningService> StartKeyRingAsync(ServiceAddresses access, TimeProvider clock)
    {
        var server = TestServers.Options(pki, DkmService.KeyRing);
        Files = new IdentityFiles { CertificateFile = server.CertificateFile, KeyFile = server.KeyFile, CaFile = string.Empty };
        return StartAsync(RunningService.StartAsync(KeyRingServer.Create(
            new KeyRingOptions
            {
                Server = server,
                Access = access,
                Etcd = Etcd.Options("dkm-keyring"),
                RootFile = Path.Combine(pki.Directory, "keyring.root"),
                Installation = InstallationOptions.ForDevelopment,
            },
            clock)));
    }

    private async Task<RunningService> StartAsync(Task<RunningService> starting)
    {
        var service = await starting;
        services.Add(service);
        await service.ReadyAsync();
        return service;
    }

    internal sealed record Finding(string Name, string Verdict, string Detail, string? Advice);

    internal sealed record Diagnosis(int ExitCode, IReadOnlyList<Finding> Checks)
    {
        public IReadOnlyList<Finding> Findings => [.. Checks.Where(check => check.Verdict != "good")];

        public bool Finds(string name) => Findings.Any(finding => finding.Name == name);
    }
}
