namespace Dkm.IntegrationTests.Hosting;

using System;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.Hosting;
using Dkm.Hosting.Policy;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

/// <summary>What must not start, does not.</summary>
public sealed class StartTests : IDisposable
{
    private readonly TestPki pki = new();

    public void Dispose() => pki.Dispose();

    [Fact]
    public async Task Start_MethodMappedPastTheLocks_Refused()
    {
        var builder = Builder();
        builder.Services.AddSingleton<FakeCrypto>();
        await using var app = builder.Build();
        app.MapGrpcService<FakeCrypto>();
        app.MapDkmHealth();

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("past the locks", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_UnguardedForMeasurement_IsTheOneException()
    {
        var builder = Builder();
        builder.Services.AddSingleton<FakeCrypto>();
        await using var app = builder.Build();
        app.MapGrpcService<FakeCrypto>().WithMetadata(new UnguardedForMeasurement());
        app.MapDkmHealth();

        await app.StartAsync(TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Map_EndpointNotAdded_Refused()
    {
        await using var app = Builder().Build();

        Assert.Throws<InvalidOperationException>(() => app.MapDkmService<FakeCrypto>(CryptoService.Descriptor));
    }

    private WebApplicationBuilder Builder()
    {
        var builder = DkmServer.CreateBuilder(TestServers.Options(pki, DkmService.Crypto), TimeProvider.System);
        builder.Services.AddSingleton<IGroupMembership>(new FakeMembership());
        return builder;
    }
}
