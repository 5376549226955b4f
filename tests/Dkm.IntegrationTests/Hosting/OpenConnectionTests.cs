namespace Dkm.IntegrationTests.Hosting;

using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.Hosting;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

/// <summary>What happens to a connection that was good when it was opened.</summary>
public sealed class OpenConnectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const string Worker = "/ns/mail/sa/worker";

    private static SubscribeRequest Open => new() { Open = new SubscribeOpen() };

    [Fact]
    public async Task Deny_CertificateOfAnOpenConnection_EndsStreamsAndCallsWithinSeconds()
    {
        await using var fixture = await HostingFixture.StartAsync(new LimitOptions());
        using var certificate = fixture.Pki.Issue(Worker);
        using var other = fixture.Pki.Issue("/ns/mail/sa/other");
        var channel = fixture.Channel(certificate);
        using var stream = await OpenStreamAsync(channel);
        using var otherStream = await OpenStreamAsync(fixture.Channel(other));
        var underWay = new CryptoService.CryptoServiceClient(channel).EncryptAsync(new EncryptRequest { KeyRing = "until-released" }, cancellationToken: Token).ResponseAsync;
        await fixture.Crypto.Entered.WaitAsync(TestContext.Current.CancellationToken);

        var watch = Stopwatch.StartNew();
        fixture.Pki.Deny(certificate);

        await RpcAssert.FailsAsync(StatusCode.Unauthenticated, Reasons.CertificateDenied, () => stream.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var streamEnded = watch.Elapsed;
        await Assert.ThrowsAsync<RpcException>(() => underWay);
        var callEnded = watch.Elapsed;
        TestContext.Current.SendDiagnosticMessage($"stream ended after {streamEnded}, call after {callEnded}");

        // Reload within 1 s, tick within 1 s, one tick more for calls under way; the rest is for a busy machine.
        Assert.True(streamEnded < TimeSpan.FromSeconds(4) && callEnded < TimeSpan.FromSeconds(5), $"{streamEnded} {callEnded}");
        await RpcAssert.FailsAsync(
            StatusCode.Unauthenticated, Reasons.CertificateDenied, new CryptoService.CryptoServiceClient(channel).EncryptAsync(new EncryptRequest(), cancellationToken: Token));

        await otherStream.RequestStream.WriteAsync(Open, TestContext.Current.CancellationToken);
        Assert.True(await otherStream.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        fixture.Crypto.Release.SetResult();
    }

    [Fact]
    public async Task Stream_CertificateExpiresUnderIt_Ends()
    {
        await using var fixture = await HostingFixture.StartAsync();
        using var certificate = fixture.Pki.Workload.Issue(TestPki.Leaf(Worker) with { End = TimeSpan.FromSeconds(4) });
        using var stream = await OpenStreamAsync(fixture.Channel(certificate));

        // On a busy machine the connection is cut before the client has read why.
        var end = await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var cut = end is { StatusCode: StatusCode.Internal } && end.Status.Detail.Contains("The HTTP/2 server closed the connection", StringComparison.Ordinal);
        Assert.True(cut || end.StatusCode is StatusCode.Unauthenticated or StatusCode.Unavailable, end.ToString());
        Assert.True(DateTimeOffset.UtcNow >= new DateTimeOffset(certificate.NotAfter), "not before its time");
    }

    [Fact]
    public async Task Stream_ClientSaysNothing_EndsAsIdle()
    {
        await using var fixture = await HostingFixture.StartAsync(HostingFixture.QuickLimits with { StreamIdle = TimeSpan.FromSeconds(1) });
        using var silent = await OpenStreamAsync(fixture.Channel(fixture.Pki.Issue(Worker)));
        using var talking = await OpenStreamAsync(fixture.Channel(fixture.Pki.Issue("/ns/mail/sa/other")));

        var end = RpcAssert.FailsAsync(StatusCode.ResourceExhausted, Reasons.StreamIdle, () => silent.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        while (!end.IsCompleted)
        {
            await talking.RequestStream.WriteAsync(Open, TestContext.Current.CancellationToken);
            Assert.True(await talking.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        await end;
    }

    [Fact]
    public async Task Connection_TooOld_IsReplacedWithoutAFailedCall()
    {
        await using var fixture = await HostingFixture.StartAsync(
            HostingFixture.QuickLimits with { ConnectionAge = TimeSpan.FromMilliseconds(300), ConnectionGrace = TimeSpan.FromSeconds(10) });
        var client = fixture.CryptoAs(Worker);

        // The connection's own log line is the condition: it says that the limit has struck.
        await Eventually.TrueAsync(
            async () =>
            {
                await client.EncryptAsync(new EncryptRequest());
                return fixture.Service.Log.Lines.Count(line => line.Contains("too old", StringComparison.Ordinal)) >= 2;
            },
            "two connections closed for their age");
    }

    [Fact]
    public async Task Connection_TooOldAndStillUsed_IsCutAfterTheGrace()
    {
        await using var fixture = await HostingFixture.StartAsync(
            HostingFixture.QuickLimits with { ConnectionAge = TimeSpan.FromMilliseconds(200), ConnectionGrace = TimeSpan.FromMilliseconds(300) });
        using var stream = await OpenStreamAsync(fixture.Channel(fixture.Pki.Issue(Worker)));
        using var writing = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        writing.CancelAfter(TimeSpan.FromSeconds(30));

        // A stream that is used is not idle, and nothing else but the cut ends it.
        var end = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            do
            {
                await Task.Delay(50, writing.Token);
                await WriteAsync();
            }
            while (await stream.ResponseStream.MoveNext(writing.Token));
        });
        Assert.True(end.StatusCode is StatusCode.Unavailable or StatusCode.Internal, end.ToString());

        async Task WriteAsync()
        {
            try
            {
                await stream.RequestStream.WriteAsync(Open, writing.Token);
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // Cut while writing: reading tells how it ended.
            }
        }
    }

    [Fact]
    public async Task Certificate_NewFiles_ShownToNewConnectionsWithoutARestart()
    {
        await using var fixture = await HostingFixture.StartAsync();
        var options = fixture.Service.App.Services.GetRequiredService<ServerOptions>();
        using var client = fixture.Pki.Issue(Worker);
        var before = await ServerThumbprintAsync(fixture.Service.Address, client);
        using var renewed = fixture.Pki.Issue("/dkm/crypto");

        fixture.Pki.WriteIdentity(renewed, Path.GetDirectoryName(options.CertificateFile));

        Assert.NotEqual(before, renewed.Thumbprint);
        await Eventually.TrueAsync(async () => await ServerThumbprintAsync(fixture.Service.Address, client) == renewed.Thumbprint, "the new certificate is shown");
    }

    [Fact]
    public async Task Stop_StreamsOpen_EndWithShuttingDownWithinFiveSeconds()
    {
        await using var fixture = await HostingFixture.StartAsync();
        using var stream = await OpenStreamAsync(fixture.Channel(fixture.Pki.Issue(Worker)));

        var end = RpcAssert.FailsAsync(StatusCode.Unavailable, Reasons.ShuttingDown, () => stream.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var took = await fixture.Service.StopAsync();

        await end;
        Assert.True(took < TimeSpan.FromSeconds(5), $"took {took}");
    }

    [Fact]
    public async Task Stop_CallThatNeverEnds_StillWithinFiveSeconds()
    {
        await using var fixture = await HostingFixture.StartAsync();
        fixture.Service.ErrorsExpected = true;
        var call = fixture.CryptoAs(Worker).EncryptAsync(new EncryptRequest { KeyRing = "until-released" }, cancellationToken: Token);
        await fixture.Crypto.Entered.WaitAsync(TestContext.Current.CancellationToken);

        var took = await fixture.Service.StopAsync();

        Assert.True(took < TimeSpan.FromSeconds(5.5), $"took {took}");
        fixture.Crypto.Release.SetResult();
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
    }

    private static async Task<AsyncDuplexStreamingCall<SubscribeRequest, SubscribeResponse>> OpenStreamAsync(ChannelBase channel)
    {
        var call = new KeySetService.KeySetServiceClient(channel).Subscribe(cancellationToken: TestContext.Current.CancellationToken);
        await call.RequestStream.WriteAsync(Open, TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        return call;
    }

    private static async Task<string> ServerThumbprintAsync(Uri address, X509Certificate2 client)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(socket.GetStream());
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificates = [client],
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                RemoteCertificateValidationCallback = TestServers.AcceptAnyServer,
            },
            TestContext.Current.CancellationToken);
        return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }
}
