namespace Dkm.IntegrationTests.Hosting;

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Dkm.Testing.Services;
using Google.Protobuf;
using Grpc.Core;
using Xunit;

/// <summary>Errors, deadlines and limits of calls.</summary>
public sealed class CallTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const string Worker = "/ns/mail/sa/worker";

    [Fact]
    public async Task Call_EndpointThrows_InternalWithTraceIdAndNothingMore()
    {
        await using var fixture = await HostingFixture.StartAsync();
        fixture.Service.ErrorsExpected = true;

        var thrown = await RpcAssert.FailsAsync(
            StatusCode.Internal, Reasons.Internal, fixture.CryptoAs(Worker).EncryptAsync(new EncryptRequest { KeyRing = "bug" }, cancellationToken: Token));

        Assert.DoesNotContain("secret", thrown.ToString(), StringComparison.Ordinal);
        var line = Assert.Single(fixture.Service.Log.Errors);
        var traceId = line.Split("trace ")[1].Split(' ')[0].TrimEnd('.');
        Assert.Contains(traceId, thrown.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_EndpointForgetsToJudge_Internal()
    {
        await using var fixture = await HostingFixture.StartAsync();
        fixture.Service.ErrorsExpected = true;

        await RpcAssert.FailsAsync(StatusCode.Internal, null, fixture.CryptoAs(Worker).EncryptAsync(new EncryptRequest { KeyRing = "unjudged" }, cancellationToken: Token));

        Assert.Contains(fixture.Service.Log.Errors, line => line.Contains("without having judged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_WithoutDeadline_GetsTheServers()
    {
        await using var fixture = await HostingFixture.StartAsync(HostingFixture.QuickLimits with { DefaultDeadline = TimeSpan.FromMilliseconds(300) });

        await RpcAssert.FailsAsync(
            StatusCode.DeadlineExceeded, null, fixture.CryptoAs(Worker).EncryptAsync(new EncryptRequest { KeyRing = "until-cancelled" }, cancellationToken: Token));

        await Eventually.TrueAsync(() => fixture.Crypto.Cancelled, "the endpoint's token was cancelled");
    }

    [Fact]
    public async Task Call_WithDeadlineOfItsOwn_KeepsIt()
    {
        await using var fixture = await HostingFixture.StartAsync(HostingFixture.QuickLimits with { DefaultDeadline = TimeSpan.FromMilliseconds(1) });
        var client = fixture.CryptoAs(Worker);
        var call = client.EncryptAsync(new EncryptRequest { KeyRing = "until-released" }, deadline: DateTime.UtcNow.AddMinutes(1), cancellationToken: Token);
        await fixture.Crypto.Entered.WaitAsync(TestContext.Current.CancellationToken);

        fixture.Crypto.Release.SetResult();

        Assert.NotEmpty((await call).KeyId);
    }

    [Fact]
    public async Task Call_OverTheSizeLimit_ResourceExhaustedAndTheNextOneGoesOn()
    {
        await using var fixture = await HostingFixture.StartAsync();
        var client = fixture.CryptoAs(Worker);

        await RpcAssert.FailsAsync(
            StatusCode.ResourceExhausted,
            null,
            client.EncryptAsync(new EncryptRequest { Plaintext = ByteString.CopyFrom(new byte[fixture.Limits.MaximumMessage + 1]) }, cancellationToken: Token));

        Assert.NotEmpty((await client.EncryptAsync(new EncryptRequest { Plaintext = ByteString.CopyFrom(new byte[4_128_768]) }, cancellationToken: Token)).KeyId);
    }

    [Fact]
    public async Task Calls_MoreThanAnIdentityMay_ResourceExhaustedForItAlone()
    {
        await using var fixture = await HostingFixture.StartAsync(HostingFixture.QuickLimits with { CallsPerIdentity = 2 });
        var client = fixture.CryptoAs(Worker);
        AsyncUnaryCall<EncryptResponse>[] held = [.. Enumerable.Range(0, 2).Select(_ => client.EncryptAsync(new EncryptRequest { KeyRing = "until-released" }))];
        await fixture.Crypto.Entered.WaitAsync(TestContext.Current.CancellationToken);
        await fixture.Crypto.Entered.WaitAsync(TestContext.Current.CancellationToken);

        // Another connection of the same identity shares its limit.
        await RpcAssert.FailsAsync(StatusCode.ResourceExhausted, Reasons.TooManyCalls, fixture.CryptoAs(Worker).EncryptAsync(new EncryptRequest(), cancellationToken: Token));
        Assert.NotEmpty((await fixture.CryptoAs("/ns/mail/sa/other").EncryptAsync(new EncryptRequest(), cancellationToken: Token)).KeyId);

        fixture.Crypto.Release.SetResult();
        await Task.WhenAll(held.Select(call => call.ResponseAsync));
        Assert.NotEmpty((await client.EncryptAsync(new EncryptRequest(), cancellationToken: Token)).KeyId);
    }

    [Fact]
    public async Task Streams_MoreThanAnIdentityMay_ResourceExhausted()
    {
        await using var fixture = await HostingFixture.StartAsync(HostingFixture.QuickLimits with { StreamsPerIdentity = 1 });
        var client = new KeySetService.KeySetServiceClient(fixture.Channel(fixture.Pki.Issue(Worker)));
        using var first = client.Subscribe(cancellationToken: TestContext.Current.CancellationToken);
        await first.RequestStream.WriteAsync(new SubscribeRequest(), TestContext.Current.CancellationToken);
        Assert.True(await first.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        using var second = client.Subscribe(cancellationToken: TestContext.Current.CancellationToken);

        await RpcAssert.FailsAsync(
            StatusCode.ResourceExhausted, Reasons.TooManyStreams, () => second.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Connections_MoreThanAnIdentityMay_ResourceExhausted()
    {
        await using var fixture = await HostingFixture.StartAsync(HostingFixture.QuickLimits with { ConnectionsPerIdentity = 1 });
        Assert.NotEmpty((await fixture.CryptoAs(Worker).EncryptAsync(new EncryptRequest(), cancellationToken: Token)).KeyId);

        await RpcAssert.FailsAsync(StatusCode.ResourceExhausted, Reasons.TooManyConnections, fixture.CryptoAs(Worker).EncryptAsync(new EncryptRequest(), cancellationToken: Token));
    }
}
