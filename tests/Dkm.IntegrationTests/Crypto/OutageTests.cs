namespace Dkm.IntegrationTests.Crypto;

using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Client;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Testing.Client;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Xunit;

/// <summary>What goes on when something is down, through Crypto and in a holder's process. Each test has services of its own.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private readonly DkmFixture dkm = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => dkm.InitializeAsync();

    public ValueTask DisposeAsync() => dkm.DisposeAsync();

    [Fact]
    public async Task Encrypt_WithoutAnyKeyRing_IsUnavailableInBoundedTime()
    {
        await using var crypto = dkm.StartableCrypto(new Uri("https://127.0.0.1:9"));
        await crypto.StartAsync(Token);
        var client = dkm.CryptoAs(DkmFixture.Worker, crypto);
        var envelope = (await dkm.CryptoAs(DkmFixture.Worker).EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token)).Envelope;
        var waiting = Stopwatch.StartNew();
        await Refused.Async(client.EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token), ErrorKind.Unavailable, Reasons.NotConnected);
        await Refused.Async(client.DecryptAsync(new() { Envelope = envelope }, cancellationToken: Token), ErrorKind.Unavailable, Reasons.NotConnected);
        Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(9), $"took {waiting.Elapsed}");
    }

    [Fact]
    public async Task KeyRingStopped_AfterKeysWereDelivered_BothWaysGoOn()
    {
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        await using var client = DkmClient.Create(dkm.ClientOptions(DkmFixture.Worker));
        var ring = client.Ring(DkmFixture.Mail);
        await client.ReadyAsync(Token);
        var envelope = (await crypto.EncryptAsync(new() { KeyRing = DkmFixture.Mail, Plaintext = ByteString.CopyFromUtf8("x") }, cancellationToken: Token)).Envelope;

        await dkm.KeyRing.StopAsync(Token);

        Assert.Equal("x", (await crypto.DecryptAsync(new() { Envelope = envelope }, cancellationToken: Token)).Plaintext.ToStringUtf8());
        Assert.Equal("x"u8.ToArray(), ring.Unprotect(envelope.Span, DkmContext.Empty));
        ring.Protect([1], DkmContext.Empty);
    }

    [Fact]
    public async Task AccessStopped_LongerThanPolicyStaleness_IsPolicyStaleAndLocalGoesOn()
    {
        await dkm.MakeRingAsync(
            "mail/fresh", new KeyRingPolicy { PolicyStaleness = Duration.FromTimeSpan(TimeSpan.FromSeconds(2)) }, ("workers", [Permission.Hold]));
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        await crypto.EncryptAsync(new() { KeyRing = "mail/fresh" }, cancellationToken: Token);
        await crypto.EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token);
        await using var client = DkmClient.Create(dkm.ClientOptions(DkmFixture.Worker));
        var ring = client.Ring("mail/fresh");
        await client.ReadyAsync(Token);

        await dkm.Access.StopAsync(Token);
        var waiting = Stopwatch.StartNew();
        DkmException? refused = null;
        while (refused is null && waiting.Elapsed < TimeSpan.FromSeconds(10))
        {
            try
            {
                await crypto.EncryptAsync(new() { KeyRing = "mail/fresh" }, cancellationToken: Token);
                await Task.Delay(50, Token);
            }
            catch (DkmException e)
            {
                refused = e;
            }
        }

        Assert.Equal((ErrorKind.Unavailable, Reasons.PolicyStale), (refused?.Kind, refused?.Reason));
        await crypto.EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token);
        ring.Protect([1], DkmContext.Empty);
    }

    [Fact]
    public async Task MemberRemoved_FromTheBoundGroup_LosesBothWaysAtOnce()
    {
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        await crypto.EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token);
        await using var client = DkmClient.Create(dkm.ClientOptions(DkmFixture.Worker));
        var ring = client.Ring(DkmFixture.Mail);
        await client.ReadyAsync(Token);

        var group = await dkm.Groups().GetGroupAsync(new GetGroupRequest { Name = "workers" }, cancellationToken: Token);
        group.Members.Clear();
        await dkm.Groups().UpdateGroupAsync(new UpdateGroupRequest { Group = group, UpdateMask = FieldMask.FromString("members") }, cancellationToken: Token);

        // What README promises is counted from the answer, so the two are looked for at the same time and without a pause worth the name.
        var removed = Stopwatch.StartNew();
        await Soon.True(() => Denied(() => ring.Protect([1], DkmContext.Empty)), "the holder to be denied");
        await Soon.True(() => Denied(() => crypto.Encrypt(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token)), "the caller to be denied");
        Assert.InRange(removed.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private static bool Denied(Action action)
    {
        try
        {
            action();
            return false;
        }
        catch (DkmException e) when (e.Kind == ErrorKind.PermissionDenied)
        {
            return true;
        }
    }
}
