namespace Dkm.IntegrationTests.Client;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Core;
using Dkm.IntegrationTests.Crypto;
using Dkm.KeyRing.V1;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

/// <summary>The client library against real services.</summary>
public sealed class DkmClientTests(DkmFixture dkm) : IClassFixture<DkmFixture>
{
    private static readonly DkmContext Address = DkmContext.From([new("address", "ann@example.com"), new("provider", "hotmail")]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddDkm_InAHost_ProtectsAndUnprotects()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDkm(options =>
        {
            var from = dkm.ClientOptions(DkmFixture.Worker);
            options.KeyRingAddress = from.KeyRingAddress;
            options.TrustDomain = from.TrustDomain;
            options.IdentityDirectory = from.IdentityDirectory;
            options.Rings.Add(DkmFixture.Mail);
        });
        using var host = builder.Build();
        await host.StartAsync(Token);
        var client = host.Services.GetRequiredService<DkmClient>();
        await client.ReadyAsync(Token);
        var ring = client.Ring(DkmFixture.Mail);

        Assert.Equal("geheim", ring.UnprotectText(ring.ProtectText("geheim", Address), Address));
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task LocalAndRemoteRing_OfTheSameName_OpenEachOthersEnvelopes()
    {
        await using var client = DkmClient.Create(dkm.ClientOptions(DkmFixture.Worker));
        var local = client.Ring(DkmFixture.Mail);
        var remote = client.RemoteRing(DkmFixture.Mail);

        // Without waiting: the first call does, for its keys.
        Assert.Equal("a", remote.UnprotectText(local.ProtectText("a", Address), Address));
        Assert.Equal("b", local.UnprotectText(remote.ProtectText("b", Address), Address));
        Assert.Equal([1, 2], await local.UnprotectAsync(await remote.ProtectAsync(new byte[] { 1, 2 }, Address, Token), Address, Token));
        Assert.Equal([3], await remote.UnprotectAsync(await local.ProtectAsync(new byte[] { 3 }, Address, Token), Address, Token));

        var refused = Assert.Throws<DkmException>(() => client.RemoteRing(DkmFixture.Other).Unprotect(local.Protect([1], Address), Address));
        Assert.Equal((ErrorKind.InvalidArgument, Reasons.OtherRing), (refused.Kind, refused.Reason));
    }

    [Fact]
    public async Task ReadyAsync_OfOneThatMayNotHold_SaysWhoSheIsAndWhatToDo()
    {
        await using var client = DkmClient.Create(dkm.ClientOptions(DkmFixture.Writer));
        client.Ring(DkmFixture.Mail);
        var refused = await Assert.ThrowsAsync<DkmException>(() => client.ReadyAsync(Token));
        Assert.Equal(ErrorKind.PermissionDenied, refused.Kind);
        Assert.Contains(DkmFixture.Writer, refused.Message, StringComparison.Ordinal);
        Assert.Contains("hold", refused.Message, StringComparison.Ordinal);
        Assert.Contains("dkm ring bind", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadyAsync_OfAHuman_IsDenied()
    {
        await using var client = DkmClient.Create(dkm.ClientOptions(DkmFixture.Admin));
        client.Ring(DkmFixture.Mail);
        var refused = await Assert.ThrowsAsync<DkmException>(() => client.ReadyAsync(Token));
        Assert.Equal(ErrorKind.PermissionDenied, refused.Kind);
        Assert.Contains(DkmFixture.Admin, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadyAsync_WithoutKeyRing_SaysWhatIsInTheWay()
    {
        var options = dkm.ClientOptions(DkmFixture.Worker);
        options.KeyRingAddress = new Uri("https://127.0.0.1:9");
        options.StartTimeout = TimeSpan.FromSeconds(1);
        await using var client = DkmClient.Create(options);
        client.Ring(DkmFixture.Mail);
        var refused = await Assert.ThrowsAsync<DkmException>(() => client.ReadyAsync(Token));
        Assert.Equal((ErrorKind.Unavailable, Reasons.NotConnected), (refused.Kind, refused.Reason));
        Assert.Contains("127.0.0.1:9", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadyAsync_AtAServerThatIsNotKeyRing_IsRefused()
    {
        var options = dkm.ClientOptions(DkmFixture.Worker);
        options.KeyRingAddress = options.CryptoAddress;
        options.StartTimeout = TimeSpan.FromSeconds(2);
        await using var client = DkmClient.Create(options);
        client.Ring(DkmFixture.Mail);
        var refused = await Assert.ThrowsAsync<DkmException>(() => client.ReadyAsync(Token));
        Assert.True(refused.Kind is ErrorKind.Unavailable or ErrorKind.Unauthenticated, refused.Message);
    }

    [Fact]
    public async Task Unprotect_AfterAnImmediateRollover_OpensOldAndNew()
    {
        await dkm.MakeRingAsync("mail/client-rolled", new KeyRingPolicy { ArchiveAfter = 1 }, ("workers", [Permission.Hold]));
        await using var client = DkmClient.Create(dkm.ClientOptions(DkmFixture.Worker));
        var local = client.Ring("mail/client-rolled");
        var remote = client.RemoteRing("mail/client-rolled");
        var old = local.Protect([1], Address);
        for (var i = 0; i < 3; i++)
        {
            await dkm.Rings().RolloverKeyRingAsync(new() { Name = "mail/client-rolled", Immediate = true }, cancellationToken: Token);
            Assert.Equal([2], local.Unprotect(remote.Protect([2], Address), Address));
            Assert.Equal([1], local.Unprotect(old, Address));
            Assert.Equal([1], remote.Unprotect(old, Address));
        }
    }
}
