namespace Dkm.IntegrationTests.BadInput;

using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client;
using Dkm.Core;
using Dkm.IntegrationTests.Crypto;
using Dkm.KeyRing.V1;
using Dkm.Testing;
using Google.Protobuf;
using Xunit;

/// <summary>A group that was deleted and made again under its name inherits nothing of what the old one was bound to.</summary>
public sealed class RecreatedGroupTests(DkmFixture dkm) : IClassFixture<DkmFixture>
{
    private const string Worker = "/ns/again/sa/worker";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Binding_GroupDeletedAndMadeAgain_NeitherEncryptsNorOpensNorHolds()
    {
        await dkm.MakeGroupAsync("again", Worker);
        var ring = await dkm.MakeRingAsync("again/old", null, ("again", [Permission.Hold]));
        var crypto = dkm.CryptoAs(Worker);
        var envelope = (await crypto.EncryptAsync(new() { KeyRing = "again/old", Plaintext = ByteString.CopyFromUtf8("x") }, cancellationToken: Token)).Envelope;
        await using var held = DkmClient.Create(dkm.ClientOptions(Worker));
        var local = held.Ring("again/old");
        await held.ReadyAsync(Token);

        await dkm.Groups().DeleteGroupAsync(new() { Name = "again" }, cancellationToken: Token);
        await dkm.MakeGroupAsync("again", Worker);

        // Crypto and KeyRing know the new group as soon as a ring bound to it works.
        var other = await dkm.MakeRingAsync("again/new", null, ("again", [Permission.Hold]));
        Assert.NotEqual(ring.Bindings.Single().GroupUid, other.Bindings.Single().GroupUid);
        await Eventually.TrueAsync(async () => await WorksAsync(crypto), "the new group works where it is bound");

        await Refused.Async(crypto.EncryptAsync(new() { KeyRing = "again/old" }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.NotBound);
        await Refused.Async(crypto.DecryptAsync(new() { Envelope = envelope }, cancellationToken: Token), ErrorKind.PermissionDenied, Reasons.KeyUnknownOrNotYours);
        await using var fresh = DkmClient.Create(dkm.ClientOptions(Worker));
        fresh.Ring("again/old");
        Assert.Equal(ErrorKind.PermissionDenied, (await Assert.ThrowsAsync<DkmException>(() => fresh.ReadyAsync(Token))).Kind);
        await Eventually.TrueAsync(() => Denied(local), "the keys of who held are gone");
        var after = await dkm.Rings().GetKeyRingAsync(new() { Name = "again/old" }, cancellationToken: Token);
        var dead = ring.Bindings.Single().Clone();
        dead.GroupDeleted = true;
        Assert.Equal(dead, Assert.Single(after.Bindings));
    }

    private static async Task<bool> WorksAsync(Dkm.Crypto.V1.CryptoService.CryptoServiceClient crypto)
    {
        try
        {
            await crypto.EncryptAsync(new() { KeyRing = "again/new" }, cancellationToken: Token);
            return true;
        }
        catch (DkmException e) when (e.Kind == ErrorKind.PermissionDenied)
        {
            return false;
        }
    }

    private static bool Denied(IDkmRing ring)
    {
        try
        {
            ring.Protect([1], DkmContext.Empty);
            return false;
        }
        catch (DkmException e)
        {
            return e.Kind == ErrorKind.PermissionDenied;
        }
    }
}
