namespace Dkm.IntegrationTests.Transport;

using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Microsoft.Extensions.Time.Testing;
using Xunit;

/// <summary>A server is accepted under the identity of the service meant, and under no other.</summary>
public sealed class ServerIdentityTests : IDisposable
{
    private static readonly Dictionary<string, (Func<TestPki, X509Certificate2> Make, string Seen)> Impostors = new()
    {
        ["workload"] = (pki => pki.Issue("/ns/mail/sa/worker"), "/ns/mail/sa/worker"),
        ["human"] = (pki => pki.Issue("/human/eve"), "/human/eve"),
        ["another service"] = (pki => pki.Issue("/dkm/crypto"), "/dkm/crypto"),
        ["KeyRing from the workload CA"] = (pki => pki.Workload.Issue(TestPki.Leaf("/dkm/keyring")), "no CA that is trusted here"),
        ["KeyRing from an unknown CA"] = (pki => pki.Stranger.Issue(TestPki.Leaf("/dkm/keyring")), "no CA that is trusted here"),
        ["KeyRing, self-signed"] = (pki => TestAuthority.SelfSign(TestPki.Leaf("/dkm/keyring"), pki.Time), "no CA that is trusted here"),
        ["KeyRing, expired"] = (
            pki => pki.Service.Issue(TestPki.Leaf("/dkm/keyring") with { Begin = TimeSpan.FromDays(-2), End = TimeSpan.FromDays(-1) }), "was valid until"),
        ["KeyRing of another trust domain"] = (
            pki => pki.Service.Issue(TestPki.Leaf("/dkm/keyring") with { Uris = ["spiffe://evil.test/dkm/keyring"] }), "spiffe://evil.test/dkm/keyring"),
        ["KeyRing and Crypto at once"] = (
            pki => pki.Service.Issue(TestPki.Leaf("/dkm/keyring") with { Uris = [TestPki.Id("/dkm/keyring"), TestPki.Id("/dkm/crypto")] }), "/dkm/crypto"),
        ["the right host name and nothing else"] = (
            pki => pki.Service.Issue(TestPki.Leaf("/dkm/keyring") with { Uris = [] }), "a certificate without a URI SAN"),
        ["a CA"] = (pki => pki.Service.Issue(TestPki.Leaf("/dkm/keyring") with { IsAuthority = true }), "a CA certificate"),
    };

    private readonly TestPki pki = new();

    public static TheoryData<string> Names => [.. Impostors.Keys];

    [Fact]
    public async Task Call_TheServiceMeant_Answers()
    {
        await using var server = await TransportServer.StartAsync(pki, pki.IssueFiles("/dkm/keyring"));
        using var client = EchoClient.Worker(pki, server);

        Assert.Equal("hello", (await client.EchoAsync()).Envelope.ToStringUtf8());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Call_Impostor_IsRefusedAndNamed(string name)
    {
        var (make, seen) = Impostors[name];
        using var certificate = make(pki);
        await using var server = await TransportServer.StartAsync(pki, pki.WriteIdentity(certificate));
        using var client = EchoClient.Worker(pki, server);

        var refusal = await client.FailAsync();

        Assert.Equal(ErrorKind.Unauthenticated, refusal.Kind);
        Assert.Equal(Reasons.ServerIdentity, refusal.Reason);
        Assert.Contains($"expected {TestPki.Id("/dkm/keyring")}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(seen, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Echo.Calls);
    }

    [Fact]
    public async Task Call_DeniedServer_IsRefused()
    {
        using var certificate = pki.Issue("/dkm/keyring");
        await using var server = await TransportServer.StartAsync(pki, pki.WriteIdentity(certificate));
        using var client = EchoClient.Worker(pki, server);
        pki.Deny(certificate);

        await Eventually.TrueAsync(async () => await FailsForIdentityAsync(client), "the denied server is refused");
    }

    [Fact]
    public async Task Call_ServerDeniedWhileConnected_IsCutOff()
    {
        using var certificate = pki.Issue("/dkm/keyring");
        await using var server = await TransportServer.StartAsync(pki, pki.WriteIdentity(certificate));
        using var client = EchoClient.Worker(pki, server);
        await client.EchoAsync();

        pki.Deny(certificate);

        await Eventually.TrueAsync(async () => await FailsForIdentityAsync(client), "the open connection is cut and no new one made");
    }

    [Fact]
    public async Task Call_Plaintext_SpeaksToNobody()
    {
        await using var server = await TransportServer.StartAsync(pki, identity: null);
        using var client = EchoClient.Worker(pki, server);

        var refusal = await client.FailAsync();

        Assert.Equal(ErrorKind.Unavailable, refusal.Kind);
        Assert.Contains("TLS 1.3", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Echo.Calls);
    }

    [Fact]
    public async Task Call_OlderTls_SpeaksToNobody()
    {
        Assert.SkipWhen(OperatingSystem.IsMacOS(), "macOS may use TLS 1.2");
        await using var server = await TransportServer.StartAsync(
            pki, pki.IssueFiles("/dkm/keyring"), change: tls => tls.EnabledSslProtocols = SslProtocols.Tls12);
        using var client = EchoClient.Worker(pki, server);

        var refusal = await client.FailAsync();

        Assert.Contains("TLS 1.3", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Echo.Calls);
    }

    [Fact]
    public async Task Call_ServerRenewsItsCertificate_NewConnectionsShowIt()
    {
        var files = pki.IssueFiles("/dkm/keyring");
        await using var server = await TransportServer.StartAsync(pki, files);
        using (var first = EchoClient.Worker(pki, server))
        {
            await first.EchoAsync();
        }

        using var impostor = pki.Issue("/dkm/crypto");
        pki.WriteIdentity(impostor, Path.GetDirectoryName(files.KeyFile));
        await Eventually.TrueAsync(() => server.Certificates.Version == 2, "the server has read its new certificate");

        using var second = EchoClient.Worker(pki, server);
        Assert.Equal(Reasons.ServerIdentity, (await second.FailAsync()).Reason);
    }

    [Fact]
    public async Task Call_ServersCertificateNearItsEnd_MovesToAFreshConnection()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var certificate = pki.Service.Issue(TestPki.Leaf("/dkm/keyring") with { End = TimeSpan.FromMinutes(10) });
        await using var server = await TransportServer.StartAsync(pki, pki.WriteIdentity(certificate));
        using var client = new EchoClient(pki, server.Address, pki.IssueFiles("/ns/mail/sa/worker"), time: time);
        var first = await ConnectionAsync(client);

        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(first, await ConnectionAsync(client));
        time.Advance(TimeSpan.FromMinutes(3));

        Assert.NotEqual(first, await ConnectionAsync(client));
    }

    public void Dispose() => pki.Dispose();

    private static async Task<string> ConnectionAsync(EchoClient client) => (await client.EchoAsync()).KeyId.Split(' ')[2];

    private static async Task<bool> FailsForIdentityAsync(EchoClient client)
    {
        try
        {
            await client.EchoAsync();
            return false;
        }
        catch (DkmException exception)
        {
            return exception.Reason == Reasons.ServerIdentity && exception.Message.Contains("deny list", StringComparison.Ordinal);
        }
    }
}
