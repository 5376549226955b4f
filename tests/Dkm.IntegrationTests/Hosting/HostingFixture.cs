namespace Dkm.IntegrationTests.Hosting;

using System;
using System.Collections.Generic;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.Hosting;
using Dkm.Hosting.Policy;
using Dkm.KeyRing.V1;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

/// <summary>The server under every service, with endpoints that only play.</summary>
public sealed class HostingFixture : IAsyncLifetime
{
    private readonly List<GrpcChannel> channels = [];

    /// <summary>Quick ticks, so that nothing here waits for seconds.</summary>
    public static LimitOptions QuickLimits { get; } = new() { Tick = TimeSpan.FromMilliseconds(50) };

    public TestPki Pki { get; } = new();

    public FakeMembership Membership { get; } = new();

    public RunningService Service { get; private set; } = null!;

    internal FakeCrypto Crypto { get; } = new();

    internal FakePolicy Policy { get; } = new();

    public LimitOptions Limits { get; init; } = QuickLimits;

    public static async Task<HostingFixture> StartAsync(LimitOptions? limits = null)
    {
        var fixture = new HostingFixture { Limits = limits ?? QuickLimits };
        await fixture.InitializeAsync();
        return fixture;
    }

    public async ValueTask InitializeAsync()
    {
        var builder = DkmServer.CreateBuilder(TestServers.Options(Pki, DkmService.Crypto, Limits), TimeProvider.System);
        builder.Services.AddSingleton<IGroupMembership>(Membership);
        builder.Services.AddDkmService<FakeCrypto>().AddDkmService<FakeKeySets>().AddDkmService<FakePolicy>();
        builder.Services.AddSingleton(Crypto).AddSingleton(Policy);
        var app = builder.Build();
        app.MapDkmService<FakeCrypto>(CryptoService.Descriptor);
        app.MapDkmService<FakeKeySets>(KeySetService.Descriptor);
        app.MapDkmService<FakePolicy>(PolicyService.Descriptor);
        app.MapDkmHealth();
        Service = await RunningService.StartAsync(app);
    }

    public GrpcChannel Channel(X509Certificate2? certificate)
    {
        var channel = TestServers.Channel(Service.Address, certificate);
        channels.Add(channel);
        return channel;
    }

    public CryptoService.CryptoServiceClient CryptoAs(string path) => new(Channel(Pki.Issue(path)));

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in channels)
        {
            channel.Dispose();
        }

        await Service.DisposeAsync();
        Pki.Dispose();
    }
}
