namespace Dkm.IntegrationTests.BadInput;

using System;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.IntegrationTests.Crypto;
using Dkm.Testing;
using Dkm.Testing.Certificates;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

/// <summary>A workload poses as a service: the real client library and the real services send it nothing.</summary>
public sealed class PosingTests(DkmFixture dkm) : IClassFixture<DkmFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Poses => ["a workload", "the service's name from the workload CA", "another service"];

    [Theory]
    [MemberData(nameof(Poses))]
    public async Task ClientLibrary_SomebodyPosesAsKeyRing_IsNotReadyAndSaysNothing(string pose)
    {
        using var certificate = Certificate(pose, DkmService.KeyRing);
        await using var impostor = await Impostor.StartAsync(certificate);
        var options = dkm.ClientOptions(DkmFixture.Worker);
        options.KeyRingAddress = impostor.Address;
        options.StartTimeout = TimeSpan.FromSeconds(1);
        await using var client = DkmClient.Create(options);
        var ring = client.Ring(DkmFixture.Mail);

        var refused = await Assert.ThrowsAsync<DkmException>(() => client.ReadyAsync(Token));

        Assert.Equal((ErrorKind.Unauthenticated, Reasons.ServerIdentity), (refused.Kind, refused.Reason));
        Assert.Contains($"expected {TestPki.Id("/dkm/keyring")}", refused.Message, StringComparison.Ordinal);
        Assert.Throws<DkmException>(() => ring.Protect([1], DkmContext.Empty));
        Assert.Equal(0, impostor.Requests);
    }

    [Theory]
    [MemberData(nameof(Poses))]
    public async Task RemoteRing_SomebodyPosesAsCrypto_SendsNoPlaintext(string pose)
    {
        using var certificate = Certificate(pose, DkmService.Crypto);
        await using var impostor = await Impostor.StartAsync(certificate);
        var options = dkm.ClientOptions(DkmFixture.Worker);
        options.CryptoAddress = impostor.Address;
        await using var client = DkmClient.Create(options);

        var refused = await Assert.ThrowsAsync<DkmException>(() => client.RemoteRing(DkmFixture.Mail).ProtectAsync(new byte[] { 1 }, DkmContext.Empty, Token).AsTask());

        Assert.Equal((ErrorKind.Unauthenticated, Reasons.ServerIdentity), (refused.Kind, refused.Reason));
        Assert.Equal(0, impostor.Requests);
    }

    [Theory]
    [MemberData(nameof(Poses))]
    public async Task Crypto_SomebodyPosesAsKeyRing_IsUnavailableAndAsksNothing(string pose)
    {
        using var certificate = Certificate(pose, DkmService.KeyRing);
        await using var impostor = await Impostor.StartAsync(certificate);
        await using var crypto = dkm.StartableCrypto(impostor.Address, patience: TimeSpan.FromSeconds(1));
        await crypto.StartAsync(Token);
        await ReadyAsync(crypto.Services, "policy");

        await Refused.Async(
            dkm.CryptoAs(DkmFixture.Worker, crypto).EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token), ErrorKind.Unavailable, Reasons.NotConnected);

        Assert.Equal(0, impostor.Requests);
        Assert.Contains(crypto.Services.GetServices<IReadiness>(), part => part is { Name: "keyring", Ready: false });
        await crypto.StopAsync(Token);
    }

    [Theory]
    [MemberData(nameof(Poses))]
    public async Task Crypto_SomebodyPosesAsAccess_DecidesNothing(string pose)
    {
        using var certificate = Certificate(pose, DkmService.Access);
        await using var impostor = await Impostor.StartAsync(certificate);
        await using var crypto = dkm.StartableCrypto(DkmFixture.AddressOf(dkm.KeyRing), impostor.Address);
        await crypto.StartAsync(Token);
        await ReadyAsync(crypto.Services, "keyring");

        await Refused.Async(
            dkm.CryptoAs(DkmFixture.Worker, crypto).EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token), ErrorKind.Unavailable, Reasons.NotReady);

        Assert.Equal(0, impostor.Requests);
        var policy = crypto.Services.GetServices<IReadiness>().Single(part => part.Name == "policy");
        Assert.False(policy.Ready);
        Assert.Contains(Reasons.ServerIdentity, policy.Why, StringComparison.Ordinal);
        await crypto.StopAsync(Token);
    }

    private static Task ReadyAsync(IServiceProvider services, string part) =>
        Eventually.TrueAsync(() => services.GetServices<IReadiness>().Single(one => one.Name == part).Ready, part);

    private X509Certificate2 Certificate(string pose, DkmService meant)
    {
        var path = SpiffeId.ForService(TestPki.TrustDomain, meant).ToString()[$"spiffe://{TestPki.TrustDomain}".Length..];
        return pose switch
        {
            "a workload" => dkm.Pki.Issue(DkmFixture.Stranger),
            "another service" => dkm.Pki.Issue(meant == DkmService.Crypto ? "/dkm/keyring" : "/dkm/crypto"),
            _ => dkm.Pki.Workload.Issue(TestPki.Leaf(path)),
        };
    }
}
