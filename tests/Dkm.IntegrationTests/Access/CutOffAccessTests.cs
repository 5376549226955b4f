namespace Dkm.IntegrationTests.Access;

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.Hosting.Policy;
using Dkm.IntegrationTests.Transport;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Dkm.Testing.Storage;
using Dkm.Transport;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Health.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Grpc.Health.V1.HealthCheckResponse.Types;

/// <summary>Two replicas of Access of which one is cut off from the store, then both: followers go where something is confirmed, and lose nothing.</summary>
public sealed class CutOffAccessTests : IAsyncLifetime
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly TestPki pki = new();
    private readonly MemoryStore memory = new(TimeProvider.System);
    private readonly List<(RunningService Service, FaultyStore Store)> services = [];
    private readonly List<PolicyReplica> followers = [];
    private readonly StreamCount streams = new();
    private EchoClient channel = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await StartAsync();
        await StartAsync();
        channel = new EchoClient(pki, null!, pki.IssueFiles("/dkm/keyring"), new ServiceChannelOptions
        {
            Addresses = new ServiceAddresses(services.Select(one => one.Service.Address)),
            Service = DkmService.Access,
            TrustDomain = TestPki.TrustDomain,
        });

        // The streams of a channel take turns: there is at least one at each replica.
        for (var i = 0; i < 4; i++)
        {
            var follower = new PolicyReplica(channel.Channel.Invoker.Intercept(streams), new PolicyReplicaOptions(), TimeProvider.System, NullLogger<PolicyReplica>.Instance);
            followers.Add(follower);
            await follower.StartAsync(Token);
            await Eventually.TrueAsync(() => follower.Age < Fresh, "a follower that is up to date");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var follower in followers)
        {
            await follower.StopAsync(CancellationToken.None);
            follower.Dispose();
        }

        channel.Dispose();
        foreach (var (service, _) in services)
        {
            await service.DisposeAsync();
        }

        pki.Dispose();
    }

    [Fact]
    public async Task WatchPolicy_CutOffFromTheStore_FollowersGoToTheOther()
    {
        Cut(0);
        var cut = DateTimeOffset.UtcNow;
        await Eventually.TrueAsync(async () => await HealthAsync(0) == ServingStatus.NotServing, "who has the choice should go elsewhere");
        await Eventually.TrueAsync(() => followers.TrueForAll(follower => follower.ConfirmTime > cut + TimeSpan.FromSeconds(3)), "all are up to date again");

        var part = services[0].Service.App.Services.GetServices<IReadiness>().Single(part => part.Name == "store");
        Assert.True(part.Ready, "it goes on serving what it may");
        Assert.NotNull(part.Why);
        Heal(0);
        await Eventually.TrueAsync(async () => await HealthAsync(0) == ServingStatus.Serving, "it serves again");
    }

    [Fact]
    public async Task WatchPolicy_AllCutOff_NothingIsLostAndNoStorm()
    {
        var (held, before) = (followers[0].Current.Version, streams.Count);
        Cut(0);
        Cut(1);
        await Eventually.TrueAsync(() => followers.TrueForAll(follower => follower.Age > TimeSpan.FromSeconds(6)), "an outage of three times the limit");
        Assert.All(followers, follower => Assert.Equal((true, held), (follower.Ready, follower.Current.Version)));

        // After 2 s of outage, after 4, after 8.
        Assert.InRange(streams.Count - before, 4, 4 * 4);
        Heal(1);
        await Eventually.TrueAsync(() => followers.TrueForAll(follower => follower.Age < Fresh), "all are up to date again");
    }

    private async Task StartAsync()
    {
        var store = new FaultyStore(memory);
        var service = await RunningService.StartAsync(AccessService.Create(
            new AccessOptions
            {
                Server = TestServers.Options(pki, DkmService.Access),
                RootFile = Path.Combine(pki.Directory, "access.root"),
                FirstAdministrators = [SpiffeId.Parse(TestPki.Id("/human/ada"))],
                Heartbeat = TimeSpan.FromMilliseconds(100),
                Refresh = TimeSpan.FromMilliseconds(100),
                CutOff = TimeSpan.FromSeconds(2),
            },
            TimeProvider.System,
            store));
        service.ErrorsExpected = true;
        services.Add((service, store));
        await service.ReadyAsync();
    }

    private void Cut(int replica)
    {
        services[replica].Store.OnWatch = _ => null;
        services[replica].Store.ReadsFail = true;
    }

    private void Heal(int replica)
    {
        services[replica].Store.OnWatch = batch => batch;
        services[replica].Store.ReadsFail = false;
    }

    private async Task<ServingStatus> HealthAsync(int replica)
    {
        using var plain = TestServers.Channel(services[replica].Service.Address, pki.Issue("/dkm/keyring"));
        return (await new Health.HealthClient(plain).CheckAsync(new HealthCheckRequest(), cancellationToken: Token)).Status;
    }

    private sealed class StreamCount : Interceptor
    {
        private int count;

        public int Count => Volatile.Read(ref count);

        public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
        {
            Interlocked.Increment(ref count);
            return continuation(request, context);
        }
    }
}
