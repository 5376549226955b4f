namespace Dkm.IntegrationTests.Transport;

using System;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Transport;
using Xunit;

/// <summary>One channel to several replicas: calls spread, a dead, hanging or false one is left and comes back, and only what may be repeated is.</summary>
public sealed class ReplicaTests : IAsyncLifetime
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(4);

    private readonly TestPki pki = new();
    private readonly TransportServer[] servers = new TransportServer[2];
    private FreezableProxy proxy = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private int Calls => servers.Sum(server => server.Echo.Calls);

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < servers.Length; i++)
        {
            servers[i] = await TransportServer.StartAsync(pki, pki.IssueFiles("/dkm/keyring"));
        }

        proxy = new FreezableProxy(servers[0].Address);
    }

    [Fact]
    public async Task Calls_TwoReplicas_GoToBoth()
    {
        using var client = Client(servers[0].Address, servers[1].Address);

        for (var i = 0; i < 20; i++)
        {
            await client.EchoAsync();
        }

        Assert.Equal([10, 10], servers.Select(server => server.Echo.Calls));
    }

    [Fact]
    public async Task Calls_NameWithTwoAddresses_GoToBoth()
    {
        await using var other = await TransportServer.StartAsync(pki, pki.IssueFiles("/dkm/keyring"), servers[0].Address.Port, address: IPAddress.Parse("127.0.0.2"));
        using var client = Client(Options(new Uri($"https://keyring.dkm.test:{servers[0].Address.Port}")) with
        {
            Resolve = (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback, IPAddress.Parse("127.0.0.2"), IPAddress.IPv6Loopback]),
        });

        await Eventually.TrueAsync(
            async () =>
            {
                // Until the name is resolved it is not known here at all.
                await client.Once.EncryptAsync(new EncryptRequest(), cancellationToken: Token).ResponseAsync.ContinueWith(_ => { }, TaskScheduler.Default);
                return servers[0].Echo.Calls > 2 && other.Echo.Calls > 2;
            },
            "calls at both addresses");
    }

    [Fact]
    public async Task Once_OneReplicaRefusesConnections_NoCallFails()
    {
        await servers[0].DisposeAsync();
        using var client = Client(servers[0].Address, servers[1].Address);

        for (var i = 0; i < 20; i++)
        {
            await client.EchoAsync();
        }

        Assert.Equal(20, servers[1].Echo.Calls);
    }

    [Fact]
    public async Task Repeating_ReplicaDiesUnderLoad_NoCallFails()
    {
        using var client = Client(servers[0].Address, servers[1].Address);
        using var load = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var callers = Enumerable.Range(0, 8).Select(_ => RepeatAsync(client, load.Token)).ToList();
        await Eventually.TrueAsync(() => servers.All(server => server.Echo.Calls > 50), "load at both");

        await servers[0].DisposeAsync();
        var before = servers[1].Echo.Calls;
        await Eventually.TrueAsync(() => servers[1].Echo.Calls > before + 200, "load goes on");
        await load.CancelAsync();

        await Task.WhenAll(callers);
    }

    [Fact]
    public async Task Calls_ReplicaIsBack_GetsCallsAgain()
    {
        using var client = Client(servers[0].Address, servers[1].Address);
        var port = servers[0].Address.Port;
        await servers[0].DisposeAsync();
        await client.EchoAsync();
        await client.EchoAsync();

        servers[0] = await TransportServer.StartAsync(pki, pki.IssueFiles("/dkm/keyring"), port);

        await Eventually.TrueAsync(
            async () =>
            {
                await client.EchoAsync();
                return servers[0].Echo.Calls > 0;
            },
            "calls at the one that is back");
    }

    [Fact]
    public async Task Calls_OneIsAnImpostor_NoneGoThere()
    {
        await using var impostor = await TransportServer.StartAsync(pki, pki.IssueFiles("/dkm/crypto"));
        using var client = Client(impostor.Address, servers[1].Address);

        for (var i = 0; i < 20; i++)
        {
            await client.EchoAsync();
        }

        Assert.Equal(0, impostor.Echo.Calls);
    }

    [Fact]
    public async Task Repeating_ReplicaHangs_IsLeftWithinTwoSeconds()
    {
        using var client = Client(proxy.Address, servers[1].Address);
        await client.EchoAsync();
        await client.EchoAsync();
        proxy.Freeze();

        var start = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 20; i++)
        {
            await client.Repeating.EncryptAsync(new EncryptRequest(), cancellationToken: Token);
        }

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, Hang);
    }

    [Fact]
    public async Task Once_ReplicaTakesNoConnection_GoesElsewhere()
    {
        proxy.Freeze();
        using var client = Client(proxy.Address, servers[1].Address);

        var start = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 4; i++)
        {
            await client.EchoAsync();
        }

        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, Hang);
    }

    [Fact]
    public async Task Stream_ReplicaHangs_EndsAndTheNextIsElsewhere()
    {
        using var client = Client(proxy.Address, servers[1].Address);
        var calls = Enumerable.Range(0, 2).Select(_ => client.Streams.Subscribe(cancellationToken: Token)).ToList();
        await Task.WhenAll(calls.Select(call => call.ResponseHeadersAsync));
        proxy.Freeze();

        var start = TimeProvider.System.GetTimestamp();
        var ended = await Task.WhenAny(calls.Select(call => call.ResponseStream.MoveNext(Token)));

        Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<DkmException>(() => ended)).Kind);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start), TimeSpan.Zero, Hang);
        for (var i = 0; i < 4; i++)
        {
            using var next = client.Streams.Subscribe(cancellationToken: Token);
            await next.ResponseHeadersAsync.WaitAsync(TimeSpan.FromSeconds(1), Token);
        }

        calls.ForEach(call => call.Dispose());
    }

    [Fact]
    public async Task Repeating_SlowEverywhere_TheSecondTryHasTheRestOfTheTime()
    {
        using var client = Client(servers[0].Address, servers[1].Address);

        var refusal = await Assert.ThrowsAsync<DkmException>(async () => await client.Repeating.EncryptAsync(
            new EncryptRequest { KeyRing = "slow" }, deadline: DateTime.UtcNow.AddSeconds(4), cancellationToken: Token));

        Assert.Equal(ErrorKind.DeadlineExceeded, refusal.Kind);
        Assert.Equal(2, Calls);
    }

    [Fact]
    public async Task Once_AnsweredUnavailable_IsNotRepeated()
    {
        servers[0].Echo.BusyCalls = servers[1].Echo.BusyCalls = int.MaxValue;
        using var client = Client(servers[0].Address, servers[1].Address);

        await client.FailAsync("busy");

        Assert.Equal(1, Calls);
    }

    [Fact]
    public async Task Blocking_OneAnswersUnavailable_IsRepeatedAtTheOther()
    {
        servers[0].Echo.BusyCalls = int.MaxValue;
        using var client = Client(servers[0].Address, servers[1].Address);

        for (var i = 0; i < 4; i++)
        {
            client.Repeating.Encrypt(new EncryptRequest { KeyRing = "busy" }, cancellationToken: Token);
        }
    }

    [Fact]
    public async Task Repeating_AllAreAway_IsUnavailableAndComesBack()
    {
        using var client = Client(servers[0].Address, servers[1].Address);
        var port = servers[0].Address.Port;
        await servers[0].DisposeAsync();
        await servers[1].DisposeAsync();
        var refusal = await Assert.ThrowsAsync<DkmException>(async () => await client.Repeating.EncryptAsync(new EncryptRequest(), cancellationToken: Token));
        Assert.Equal(ErrorKind.Unavailable, refusal.Kind);

        servers[0] = await TransportServer.StartAsync(pki, pki.IssueFiles("/dkm/keyring"), port);

        await client.Repeating.EncryptAsync(new EncryptRequest(), cancellationToken: Token);
    }

    public async ValueTask DisposeAsync()
    {
        proxy.Dispose();
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        pki.Dispose();
    }

    private static ServiceChannelOptions Options(params Uri[] addresses) =>
        new() { Addresses = new ServiceAddresses(addresses), Service = DkmService.KeyRing, TrustDomain = TestPki.TrustDomain };

    private static async Task RepeatAsync(EchoClient client, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            await client.Repeating.EncryptAsync(new EncryptRequest(), cancellationToken: Token);
        }
    }

    private EchoClient Client(params Uri[] addresses) => Client(Options(addresses));

    private EchoClient Client(ServiceChannelOptions options) => new(pki, options.Addresses, pki.IssueFiles("/ns/mail/sa/worker"), options);
}
