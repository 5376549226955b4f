namespace Dkm.IntegrationTests.Transport;

using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Dkm.Transport;
using Xunit;

/// <summary>What a caller hears whose own certificate is not accepted, or whose service is not there.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestPki pki = new();

    [Fact]
    public async Task Call_NobodyListens_NamesTheAddress()
    {
        var address = FreeAddress();
        using var client = new EchoClient(pki, address, pki.IssueFiles("/ns/mail/sa/worker"));

        var refusal = await client.FailAsync();

        Assert.Equal(ErrorKind.Unavailable, refusal.Kind);
        Assert.Equal(Reasons.NotConnected, refusal.Reason);
        Assert.Contains(address.ToString(), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("KeyRing", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_NoSuchHost_NamesTheAddress()
    {
        using var client = new EchoClient(pki, new Uri("https://keyring.invalid:8443"), pki.IssueFiles("/ns/mail/sa/worker"));

        var refusal = await client.FailAsync();

        Assert.Equal(Reasons.NotConnected, refusal.Reason);
        Assert.Contains("keyring.invalid", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_ServerThatNeverAnswers_EndsAfterTheConnectTimeout()
    {
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        var address = new Uri($"https://127.0.0.1:{((IPEndPoint)deaf.LocalEndpoint).Port}");
        using var client = new EchoClient(pki, address, pki.IssueFiles("/ns/mail/sa/worker"), new ServiceChannelOptions
        {
            Addresses = address,
            Service = DkmService.KeyRing,
            TrustDomain = TestPki.TrustDomain,
            ConnectTimeout = TimeSpan.FromMilliseconds(300),
        });

        var refusal = await client.FailAsync();

        Assert.Equal(ErrorKind.Unavailable, refusal.Kind);
        Assert.Equal(Reasons.NotConnected, refusal.Reason);
        Assert.Contains(address.Authority, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown CA")]
    [InlineData("self-signed")]
    public async Task Call_CertificateThatTheServerRefuses_SaysSo(string name)
    {
        using var bad = BadCertificates.Get(name).Make(pki);
        await using var server = await TransportServer.StartAsync(pki, pki.IssueFiles("/dkm/keyring"));
        using var client = new EchoClient(pki, server.Address, pki.WriteIdentity(bad));

        var refusal = await client.FailAsync();

        Assert.True(
            refusal is { Kind: ErrorKind.Unauthenticated, Reason: Reasons.CertificateRejected } or { Kind: ErrorKind.Unavailable, Reason: Reasons.NotConnected },
            refusal.ToString());
        Assert.Contains("does not accept the certificate of spiffe://dkm.test/ns/mail/sa/worker", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Echo.Calls);
    }

    [Theory]
    [InlineData("expired", "was valid until")]
    [InlineData("not yet valid", "is not valid before")]
    public async Task Call_OwnCertificateOutOfItsTime_SaysSo(string name, string words)
    {
        using var bad = BadCertificates.Get(name).Make(pki);
        await using var server = await TransportServer.StartAsync(pki, pki.IssueFiles("/dkm/keyring"));
        using var client = new EchoClient(pki, server.Address, pki.WriteIdentity(bad));

        var refusal = await client.FailAsync();

        Assert.Equal(ErrorKind.Unauthenticated, refusal.Kind);
        Assert.Equal(Reasons.CertificateExpired, refusal.Reason);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Echo.Calls);
    }

    [Fact]
    public async Task Call_NoCertificate_SaysSo()
    {
        await using var server = await TransportServer.StartAsync(pki, pki.IssueFiles("/dkm/keyring"));
        using var client = new EchoClient(pki, server.Address, identity: null);

        var refusal = await client.FailAsync();

        Assert.Equal(ErrorKind.Unauthenticated, refusal.Kind);
        Assert.Equal(Reasons.CertificateRequired, refusal.Reason);
        Assert.Contains("wants a certificate and was shown none", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, server.Echo.Calls);
    }

    [Fact]
    public async Task Call_CertificateRenewed_NextCallShowsIt()
    {
        await using var server = await TransportServer.StartAsync(pki, pki.IssueFiles("/dkm/keyring"));
        var files = pki.IssueFiles("/ns/mail/sa/worker");
        using var client = new EchoClient(pki, server.Address, files);
        var before = (await client.EchoAsync()).KeyId.Split(' ')[0];
        using var next = pki.Issue("/ns/mail/sa/worker");

        pki.WriteIdentity(next, Path.GetDirectoryName(files.KeyFile));
        await Eventually.TrueAsync(() => client.Certificates!.Version == 2, "the client has read its new certificate");

        var after = (await client.EchoAsync()).KeyId.Split(' ')[0];
        Assert.NotEqual(before, after);
        Assert.Equal(next.Thumbprint, after);
    }

    [Fact]
    public async Task Call_IntermediateOfTheClient_ReachesTheServer()
    {
        using var intermediate = pki.Workload.CreateIntermediate("second workload CA");
        using var leaf = intermediate.Issue(TestPki.Leaf("/ns/mail/sa/worker"));
        var files = pki.WriteIdentity(leaf);
        File.AppendAllText(files.CertificateFile, "\n" + intermediate.Pem);
        await using var server = await TransportServer.StartAsync(pki, pki.IssueFiles("/dkm/keyring"));
        using var client = new EchoClient(pki, server.Address, files);

        Assert.Equal(leaf.Thumbprint, (await client.EchoAsync()).KeyId.Split(' ')[0]);
    }

    public void Dispose() => pki.Dispose();

    private static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }
}
