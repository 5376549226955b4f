namespace Dkm.IntegrationTests.Hosting;

using System;
using System.Net.Http;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.KeyRing.V1;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Grpc.Core;
using Grpc.Health.V1;
using Xunit;

/// <summary>The two locks through real TLS. Nothing that is refused here reaches an endpoint.</summary>
public sealed class IdentityTests(HostingFixture fixture) : IClassFixture<HostingFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const string Worker = "/ns/mail/sa/worker";

    public static TheoryData<string> BadNames => [.. BadCertificates.Names];

    [Theory]
    [MemberData(nameof(BadNames))]
    public async Task Call_BadCertificate_NeverReachesTheEndpoint(string name)
    {
        var bad = BadCertificates.Get(name);
        using var certificate = bad.Make(fixture.Pki);
        var before = fixture.Crypto.Calls;
        var client = new CryptoService.CryptoServiceClient(fixture.Channel(certificate));

        if (bad.PassesHandshake)
        {
            await RpcAssert.FailsAsync(StatusCode.Unauthenticated, bad.Reason, client.EncryptAsync(new EncryptRequest(), cancellationToken: Token));
        }
        else
        {
            var thrown = await Assert.ThrowsAsync<RpcException>(() => client.EncryptAsync(new EncryptRequest(), cancellationToken: Token).ResponseAsync);
            Assert.Contains(thrown.StatusCode, (StatusCode[])[StatusCode.Unavailable, StatusCode.Internal]);
        }

        Assert.Equal(before, fixture.Crypto.Calls);
    }

    [Fact]
    public async Task Call_NoCertificate_EndsInTheHandshake()
    {
        var before = fixture.Crypto.Calls;
        var client = new CryptoService.CryptoServiceClient(fixture.Channel(null));

        var thrown = await Assert.ThrowsAsync<RpcException>(() => client.EncryptAsync(new EncryptRequest(), cancellationToken: Token).ResponseAsync);

        Assert.Contains(thrown.StatusCode, (StatusCode[])[StatusCode.Unavailable, StatusCode.Internal]);
        Assert.Equal(before, fixture.Crypto.Calls);
    }

    [Fact]
    public async Task Call_GoodWorkload_IsKnownByItsId()
    {
        var answer = await fixture.CryptoAs(Worker).EncryptAsync(new EncryptRequest(), cancellationToken: Token);

        Assert.Equal(TestPki.Id(Worker), answer.KeyId);
    }

    [Theory]
    [InlineData("/human/ada", Reasons.HumansHoldNoKeys)]
    [InlineData("/dkm/keyring", Reasons.CallerClass)]
    [InlineData("/dkm/access", Reasons.CallerClass)]
    public async Task Encrypt_WrongClass_PermissionDeniedAndTaught(string path, string reason)
    {
        var thrown = await RpcAssert.FailsAsync(StatusCode.PermissionDenied, reason, fixture.CryptoAs(path).EncryptAsync(new EncryptRequest(), cancellationToken: Token));

        Assert.Contains(TestPki.Id(path), thrown.Status.Detail, StringComparison.Ordinal);
        Assert.Contains("workloads", thrown.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Worker)]
    [InlineData("/human/ada")]
    [InlineData("/dkm/access")]
    public async Task WatchPolicy_NotOneOfTheTwoServices_PermissionDenied(string path)
    {
        var client = new PolicyService.PolicyServiceClient(fixture.Channel(fixture.Pki.Issue(path)));
        using var call = client.WatchPolicy(new WatchPolicyRequest(), cancellationToken: TestContext.Current.CancellationToken);

        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, Reasons.CallerClass, () => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(0, fixture.Policy.Streams);
    }

    [Theory]
    [InlineData("/human/ada")]
    [InlineData("/dkm/keyring")]
    public async Task Subscribe_WhoMayNotHold_PermissionDenied(string path)
    {
        var client = new KeySetService.KeySetServiceClient(fixture.Channel(fixture.Pki.Issue(path)));
        using var call = client.Subscribe(cancellationToken: TestContext.Current.CancellationToken);

        await RpcAssert.FailsAsync(StatusCode.PermissionDenied, null, () => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(Worker)]
    [InlineData("/human/ada")]
    [InlineData("/dkm/keyring")]
    public async Task Health_AnyIdentity_Answers(string path)
    {
        var client = new Health.HealthClient(fixture.Channel(fixture.Pki.Issue(path)));

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await client.CheckAsync(new HealthCheckRequest(), cancellationToken: Token)).Status);
        await RpcAssert.FailsAsync(StatusCode.NotFound, Reasons.NotFound, client.CheckAsync(new HealthCheckRequest { Service = "other" }, cancellationToken: Token));
    }

    [Fact]
    public async Task PlainPort_HealthOnly_NoGrpcAndNoMore()
    {
        using var http = new HttpClient { BaseAddress = fixture.Service.HealthAddress };

        Assert.Equal("ok\n", await http.GetStringAsync(new Uri("/healthz", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.EndsWith("ready\n", await http.GetStringAsync(new Uri("/readyz", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var content = new ByteArrayContent([0, 0, 0, 0, 0]);
        content.Headers.ContentType = new("application/grpc");
        using var call = await http.PostAsync(new Uri("/dkm.crypto.v1.CryptoService/Encrypt", UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, call.StatusCode);
        Assert.False(call.Headers.Contains("grpc-status"));
        Assert.DoesNotContain(call.TrailingHeaders, header => header.Key == "grpc-status");
    }

    [Fact]
    public async Task TlsPort_Healthz_IsNotThere()
    {
        using var http = new HttpClient(TestServers.Handler(fixture.Pki.Issue(Worker)))
        {
            BaseAddress = fixture.Service.Address,
            DefaultRequestVersion = System.Net.HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        using var answer = await http.GetAsync(new Uri("/healthz", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(System.Net.HttpStatusCode.NotFound, answer.StatusCode);
    }
}
