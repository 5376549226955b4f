namespace Dkm.IntegrationTests.Crypto;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Google.Protobuf;
using Xunit;

/// <summary>What a stopped key's envelopes answer, through Crypto and in a holder's own process, while a service works on.</summary>
public sealed class KeyStateTests(DkmFixture dkm) : IClassFixture<DkmFixture>
{
    private const string Investigator = "/ns/ops/sa/investigator";
    private static readonly DkmContext Context = DkmContext.Of("a", "b");
    private static readonly byte[] Secret = [1, 2, 3];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Disabled_ThroughCryptoAndLocally_RefusedUntilItIsEnabledAgain()
    {
        var (name, rings) = ("states/disabled", dkm.Rings());
        var ring = await dkm.MakeRingAsync(name, null, ("workers", [Permission.Hold]));
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        await using var client = DkmClient.Create(dkm.ClientOptions(DkmFixture.Worker));
        var held = client.Ring(name);
        await client.ReadyAsync(Token);
        var envelope = held.Protect(Secret, Context);
        var request = new DecryptRequest { Envelope = ByteString.CopyFrom(envelope), Context = { new ContextEntry { Key = ByteString.CopyFromUtf8("a"), Value = ByteString.CopyFromUtf8("b") } } };
        Assert.Equal(Secret, (await crypto.DecryptAsync(request, cancellationToken: Token)).Plaintext);

        await rings.DisableKeyAsync(new() { KeyRing = name, Id = ring.PrimaryKeyId, ConfirmHolders = await HoldersAsync(name) }, cancellationToken: Token);

        await Eventually.TrueAsync(async () => await ReasonAsync(crypto, request) == Reasons.KeyState, "Crypto refuses the disabled key");
        await Eventually.TrueAsync(() => Reason(() => held.Unprotect(envelope, Context)) == Reasons.KeyState, "the holder refuses the disabled key");
        Assert.Equal(Secret, held.Unprotect(held.Protect(Secret, Context), Context));

        await rings.EnableKeyAsync(new() { KeyRing = name, Id = ring.PrimaryKeyId }, cancellationToken: Token);

        await Eventually.TrueAsync(async () => await ReasonAsync(crypto, request) is null, "Crypto opens again");
        await Eventually.TrueAsync(() => Reason(() => held.Unprotect(envelope, Context)) is null, "the holder opens again");
    }

    [Fact]
    public async Task Compromised_OpensThroughCryptoWithThePermissionOnly()
    {
        var (name, rings) = ("states/compromised", dkm.Rings());
        await dkm.MakeGroupAsync("investigators", Investigator);
        var ring = await dkm.MakeRingAsync(
            name, null, ("workers", [Permission.Hold]), ("investigators", [Permission.Decrypt, Permission.DecryptCompromised]));
        var (worker, investigator) = (dkm.CryptoAs(DkmFixture.Worker), dkm.CryptoAs(Investigator));
        await using var client = DkmClient.Create(dkm.ClientOptions(DkmFixture.Worker));
        var held = client.Ring(name);
        await client.ReadyAsync(Token);
        var made = await worker.EncryptAsync(new EncryptRequest { KeyRing = name, Plaintext = ByteString.CopyFrom(Secret) }, cancellationToken: Token);
        var request = new DecryptRequest { Envelope = made.Envelope };

        await rings.MarkKeyCompromisedAsync(new() { KeyRing = name, Id = ring.PrimaryKeyId, ConfirmHolders = await HoldersAsync(name) }, cancellationToken: Token);

        await Eventually.TrueAsync(async () => await ReasonAsync(worker, request) == Reasons.KeyState, "Crypto refuses the compromised key");
        await Eventually.TrueAsync(() => Reason(() => held.Unprotect(made.Envelope.Span, DkmContext.Empty)) == Reasons.KeyState, "the holder has it no more");
        Assert.Equal(Secret, (await investigator.DecryptAsync(request, cancellationToken: Token)).Plaintext);
        Assert.NotEqual(made.KeyId, (await worker.EncryptAsync(new EncryptRequest { KeyRing = name, Plaintext = ByteString.CopyFrom(Secret) }, cancellationToken: Token)).KeyId);
    }

    /// <summary>As many as KeyRing counts once each of them is connected.</summary>
    private async Task<int> HoldersAsync(string ring)
    {
        var count = 0;
        await Eventually.TrueAsync(
            async () => (count = (await dkm.Rings().GetKeyRingStatusAsync(new() { Name = ring }, cancellationToken: Token)).CurrentHolderCount) == 2, "two holders");
        return count;
    }

    private static async Task<string?> ReasonAsync(CryptoService.CryptoServiceClient crypto, DecryptRequest request)
    {
        try
        {
            Assert.Equal(Secret, (await crypto.DecryptAsync(request, cancellationToken: Token)).Plaintext);
            return null;
        }
        catch (DkmException e)
        {
            return e.Reason;
        }
    }

    private static string? Reason(Func<byte[]> open)
    {
        try
        {
            Assert.Equal(Secret, open());
            return null;
        }
        catch (DkmException e)
        {
            return e.Reason;
        }
    }
}
