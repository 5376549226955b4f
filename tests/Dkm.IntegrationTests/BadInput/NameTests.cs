namespace Dkm.IntegrationTests.BadInput;

using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.IntegrationTests.Crypto;
using Dkm.KeyRing.V1;
using Xunit;

/// <summary>Names out of grammar, at every method that takes one.</summary>
public sealed class NameTests(DkmFixture dkm) : IClassFixture<DkmFixture>
{
    private static readonly string[] BadRings =
        ["Mail/a", "mail/A", "mail/..", "..", "/mail", "mail/", "mail//a", "mail a", "m\u00e4il", "a/b/c/d/e", new('a', 64), "mail/" + new string('a', 64), "mail\u0000", "mail%2Fa"];

    private static readonly string[] BadGroups = ["Workers", "..", "a/b", "a b", new('a', 64), "w\u00f6rkers", "a%2Fb"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryMethodOfKeyRing_RingNameOutOfGrammar_NamesTheFieldAndNothingChanged()
    {
        var rings = dkm.Rings();
        var before = await rings.ListKeyRingsAsync(new() { PageSize = 1000 }, cancellationToken: Token);
        foreach (var name in BadRings)
        {
            await Refused.Async(rings.CreateKeyRingAsync(new() { KeyRing = new() { Name = name } }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "key_ring.name");
            await Refused.Async(rings.UpdateKeyRingAsync(new() { KeyRing = new() { Name = name, Etag = "1" } }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "key_ring.name");
            await Refused.Async(rings.GetKeyRingAsync(new() { Name = name }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "name");
            await Refused.Async(rings.RolloverKeyRingAsync(new() { Name = name }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "name");
            await Refused.Async(rings.GetKeyRingStatusAsync(new() { Name = name }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "name");
            await Refused.Async(rings.ListKeysAsync(new() { KeyRing = name }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "key_ring");
            await Refused.Async(rings.GetKeyAsync(new() { KeyRing = name, Id = "x" }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "key_ring");
            await Refused.Async(
                rings.CheckAccessAsync(new() { KeyRing = name, Identity = "spiffe://dkm.test/ns/a/sa/b", Permission = Permission.Hold }, cancellationToken: Token),
                ErrorKind.InvalidArgument,
                Reasons.InvalidField,
                "key_ring");
        }

        Assert.Equal(before, await rings.ListKeyRingsAsync(new() { PageSize = 1000 }, cancellationToken: Token));
    }

    [Fact]
    public async Task EveryMethodOfCrypto_RingNameOutOfGrammar_NamesTheField()
    {
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        foreach (var name in BadRings)
        {
            await Refused.Async(crypto.EncryptAsync(new() { KeyRing = name }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "key_ring");
            await Refused.Async(crypto.GenerateDataKeyAsync(new() { KeyRing = name }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "key_ring");
        }
    }

    [Fact]
    public async Task EveryMethodOfAccess_GroupNameOutOfGrammar_NamesTheFieldAndNothingChanged()
    {
        var groups = dkm.Groups();
        var before = await groups.ListGroupsAsync(new() { PageSize = 1000 }, cancellationToken: Token);
        foreach (var name in BadGroups)
        {
            var group = new Group { Name = name, Kind = Group.Types.Kind.Workload, Etag = "1" };
            await Refused.Async(groups.CreateGroupAsync(new() { Group = group }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "group.name");
            await Refused.Async(groups.UpdateGroupAsync(new() { Group = group }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "group.name");
            await Refused.Async(groups.GetGroupAsync(new() { Name = name }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "name");
            await Refused.Async(groups.DeleteGroupAsync(new() { Name = name }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "name");
        }

        Assert.Equal(before, await groups.ListGroupsAsync(new() { PageSize = 1000 }, cancellationToken: Token));
    }
}
