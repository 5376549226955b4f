namespace Dkm.IntegrationTests.BadInput;

using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.Hosting;
using Dkm.IntegrationTests.Crypto;
using Dkm.IntegrationTests.Hosting;
using Dkm.IntegrationTests.KeyRing;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Grpc.Core;
using Xunit;

/// <summary>Bad certificates and hostile clients at the three real services.</summary>
public sealed class CallerTests(DkmFixture dkm) : IClassFixture<DkmFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> BadNames => [.. BadCertificates.Names, "none"];

    [Theory]
    [MemberData(nameof(BadNames))]
    public async Task EveryService_BadCertificate_RefusesAndNothingChanged(string name)
    {
        var bad = name == "none" ? null : BadCertificates.Get(name);
        using var certificate = bad?.Make(dkm.Pki);
        var before = await StateAsync();

        using var access = TestServers.Channel(DkmFixture.AddressOf(dkm.Access), certificate);
        await RefusedAsync(() => new GroupService.GroupServiceClient(access)
            .CreateGroupAsync(new() { Group = new Group { Name = "intruders", Kind = Group.Types.Kind.Workload } }, cancellationToken: Token).ResponseAsync);
        using var keyRing = TestServers.Channel(DkmFixture.AddressOf(dkm.KeyRing), certificate);
        await RefusedAsync(() => new KeyRingService.KeyRingServiceClient(keyRing)
            .CreateKeyRingAsync(new() { KeyRing = new() { Name = "intruders" } }, cancellationToken: Token).ResponseAsync);
        using var stream = new KeySetService.KeySetServiceClient(keyRing).Subscribe(cancellationToken: Token);
        await RefusedAsync(() => stream.ResponseStream.MoveNext(Token));
        using var crypto = TestServers.Channel(DkmFixture.AddressOf(dkm.Crypto), certificate);
        await RefusedAsync(() => new CryptoService.CryptoServiceClient(crypto).EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token).ResponseAsync);

        Assert.Equal(before, await StateAsync());

        async Task RefusedAsync(Func<Task> call)
        {
            if (bad is { PassesHandshake: true })
            {
                await RpcAssert.FailsAsync(StatusCode.Unauthenticated, bad.Reason, call);
                return;
            }

            // Refused in the handshake, of which the client sees nothing but the end of the connection.
            var thrown = await Assert.ThrowsAsync<RpcException>(call);
            Assert.Contains(thrown.StatusCode, (StatusCode[])[StatusCode.Unavailable, StatusCode.Internal]);
        }
    }

    [Fact]
    public async Task EveryService_OlderTls_RefusesInTheHandshake()
    {
        Assert.SkipWhen(OperatingSystem.IsMacOS(), "macOS may use TLS 1.2");
        using var certificate = dkm.Pki.Issue(DkmFixture.Worker);
        foreach (var app in new[] { dkm.Access, dkm.KeyRing, dkm.Crypto })
        {
            var older = await Record.ExceptionAsync(() => ShakeHandsAsync(SslProtocols.Tls12));
            Assert.True(older is AuthenticationException or IOException, $"{app.Urls.First()}: {older?.ToString() ?? "TLS 1.2 was accepted"}");

            // With the newer one the same client is let in.
            Assert.Equal(SslProtocols.Tls13, await ShakeHandsAsync(SslProtocols.Tls13));

            async Task<SslProtocols> ShakeHandsAsync(SslProtocols protocol)
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(DkmFixture.AddressOf(app).Host, DkmFixture.AddressOf(app).Port, Token);
                await using var tls = new SslStream(socket.GetStream());
                var options = TestServers.Handler(certificate).SslOptions;
                options.TargetHost = "localhost";
                options.EnabledSslProtocols = protocol;
                options.ApplicationProtocols = [SslApplicationProtocol.Http2];
                await tls.AuthenticateAsClientAsync(options, Token);
                return tls.SslProtocol;
            }
        }
    }

    [Fact]
    public async Task EveryService_CertificateDeniedWhileItsConnectionIsOpen_EndsStreamAndCalls()
    {
        using var certificate = dkm.Pki.Issue(DkmFixture.Worker);
        using var administrator = dkm.Pki.Issue(DkmFixture.Admin);
        using var keyRing = TestServers.Channel(DkmFixture.AddressOf(dkm.KeyRing), certificate);
        using var cryptoChannel = TestServers.Channel(DkmFixture.AddressOf(dkm.Crypto), certificate);
        using var access = TestServers.Channel(DkmFixture.AddressOf(dkm.Access), administrator);
        var (crypto, groups) = (new CryptoService.CryptoServiceClient(cryptoChannel), new GroupService.GroupServiceClient(access));
        await using var holder = await TestHolder.OpenAsync(new KeySetService.KeySetServiceClient(keyRing), transient: true, DkmFixture.Mail);
        await holder.SetAsync(DkmFixture.Mail);
        await crypto.EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token);
        await groups.ListGroupsAsync(new(), cancellationToken: Token);

        dkm.Pki.Deny(certificate);
        dkm.Pki.Deny(administrator);

        await RpcAssert.FailsAsync(StatusCode.Unauthenticated, Reasons.CertificateDenied, () => holder.Reading.WaitAsync(TimeSpan.FromSeconds(5), Token));
        await DeniedAsync(() => crypto.EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token).ResponseAsync);
        await DeniedAsync(() => groups.ListGroupsAsync(new(), cancellationToken: Token).ResponseAsync);

        // Another certificate of the same identities is as good as before.
        await dkm.CryptoAs(DkmFixture.Worker).EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token);
        await dkm.Groups().ListGroupsAsync(new(), cancellationToken: Token);
    }

    [Fact]
    public async Task Crypto_GzipBomb_ResourceExhaustedAndOthersGoOn()
    {
        Assert.Equal("8", await HostileTests.ThrowBombAsync(DkmFixture.AddressOf(dkm.Crypto), dkm.Pki.Issue(DkmFixture.Stranger)));

        await dkm.CryptoAs(DkmFixture.Worker).EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token);
    }

    [Fact]
    public async Task Crypto_RapidReset_AttackerIsCutAndOthersGoOn()
    {
        await using var attacker = await Http2Attacker.ConnectAsync(DkmFixture.AddressOf(dkm.Crypto), dkm.Pki.Issue(DkmFixture.Stranger));
        var crypto = dkm.CryptoAs(DkmFixture.Worker);

        var attack = attacker.ResetUntilCutAsync(HostileTests.Encrypt, maximum: 500_000);
        do
        {
            await crypto.EncryptAsync(new() { KeyRing = DkmFixture.Mail }, deadline: DateTime.UtcNow.AddSeconds(20), cancellationToken: Token);
        }
        while (!attack.IsCompleted);

        Assert.True(await attack < 500_000, "the attacker was never cut");
    }

    [Fact]
    public async Task Crypto_CallWithoutADeadline_GetsTheServers()
    {
        // A call that would wait for a KeyRing that takes connections and says nothing.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var crypto = dkm.StartableCrypto(
            new Uri($"https://{silent.LocalEndpoint}"), limits: new LimitOptions { DefaultDeadline = TimeSpan.FromMilliseconds(300) }, patience: TimeSpan.FromSeconds(30));
        await crypto.StartAsync(Token);
        using var channel = TestServers.Channel(DkmFixture.AddressOf(crypto), dkm.Pki.Issue(DkmFixture.Worker));

        await RpcAssert.FailsAsync(
            StatusCode.DeadlineExceeded, null, new CryptoService.CryptoServiceClient(channel).EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token));
        await crypto.StopAsync(Token);
    }

    private static Task DeniedAsync(Func<Task> call) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                await call();
                return false;
            }
            catch (RpcException e)
            {
                return e.StatusCode == StatusCode.Unauthenticated && Dkm.Transport.StatusMapping.FromRpc(e).Reason == Reasons.CertificateDenied;
            }
        },
        "the denied certificate is refused",
        seconds: 5);

    private async Task<(ListGroupsResponse Groups, ListKeyRingsResponse Rings)> StateAsync() => (
        await dkm.Groups().ListGroupsAsync(new() { PageSize = 1000 }, cancellationToken: Token),
        await dkm.Rings().ListKeyRingsAsync(new() { PageSize = 1000 }, cancellationToken: Token));
}
