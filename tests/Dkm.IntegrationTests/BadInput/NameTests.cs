namespace Dkm.IntegrationTests.BadInput;

using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.Crypto.V1;
using Dkm.IntegrationTests.Crypto;
using Dkm.KeyRing.V1;
using Google.Protobuf.Reflection;
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
        var cases = new Cases(KeyRingService.Descriptor, nameless: ["ListKeyRings"])
        {
            { "CreateKeyRing", "key_ring.name", name => rings.CreateKeyRingAsync(new() { KeyRing = new() { Name = name } }, cancellationToken: Token).ResponseAsync },
            { "UpdateKeyRing", "key_ring.name", name => rings.UpdateKeyRingAsync(new() { KeyRing = new() { Name = name, Etag = "1" } }, cancellationToken: Token).ResponseAsync },
            { "GetKeyRing", "name", name => rings.GetKeyRingAsync(new() { Name = name }, cancellationToken: Token).ResponseAsync },
            { "RolloverKeyRing", "name", name => rings.RolloverKeyRingAsync(new() { Name = name }, cancellationToken: Token).ResponseAsync },
            { "GetKeyRingStatus", "name", name => rings.GetKeyRingStatusAsync(new() { Name = name }, cancellationToken: Token).ResponseAsync },
            { "ListKeys", "key_ring", name => rings.ListKeysAsync(new() { KeyRing = name }, cancellationToken: Token).ResponseAsync },
            { "GetKey", "key_ring", name => rings.GetKeyAsync(new() { KeyRing = name, Id = "x" }, cancellationToken: Token).ResponseAsync },
            { "DisableKey", "key_ring", name => rings.DisableKeyAsync(new() { KeyRing = name, Id = "x" }, cancellationToken: Token).ResponseAsync },
            { "EnableKey", "key_ring", name => rings.EnableKeyAsync(new() { KeyRing = name, Id = "x" }, cancellationToken: Token).ResponseAsync },
            { "MarkKeyCompromised", "key_ring", name => rings.MarkKeyCompromisedAsync(new() { KeyRing = name, Id = "x" }, cancellationToken: Token).ResponseAsync },
            { "DestroyKey", "key_ring", name => rings.DestroyKeyAsync(new() { KeyRing = name, Id = "x" }, cancellationToken: Token).ResponseAsync },
            { "RestoreKey", "key_ring", name => rings.RestoreKeyAsync(new() { KeyRing = name, Id = "x" }, cancellationToken: Token).ResponseAsync },
            {
                "CheckAccess", "key_ring", name => rings.CheckAccessAsync(
                    new() { KeyRing = name, Identity = "spiffe://dkm.test/ns/a/sa/b", Permission = Permission.Hold }, cancellationToken: Token).ResponseAsync
            },
        };

        await cases.RefuseAsync(BadRings);

        Assert.Equal(before, await rings.ListKeyRingsAsync(new() { PageSize = 1000 }, cancellationToken: Token));
    }

    [Fact]
    public async Task EveryMethodOfCrypto_RingNameOutOfGrammar_NamesTheField()
    {
        var crypto = dkm.CryptoAs(DkmFixture.Worker);
        var envelope = (await crypto.EncryptAsync(new() { KeyRing = DkmFixture.Mail }, cancellationToken: Token)).Envelope;
        var cases = new Cases(CryptoService.Descriptor, nameless: ["DescribeEnvelope"])
        {
            { "Encrypt", "key_ring", name => crypto.EncryptAsync(new() { KeyRing = name }, cancellationToken: Token).ResponseAsync },
            { "Decrypt", "key_ring", name => crypto.DecryptAsync(new() { KeyRing = name, Envelope = envelope }, cancellationToken: Token).ResponseAsync },
            { "ReEncrypt", "target_key_ring", name => crypto.ReEncryptAsync(new() { TargetKeyRing = name, Envelope = envelope }, cancellationToken: Token).ResponseAsync },
            { "BatchEncrypt", "key_ring", name => crypto.BatchEncryptAsync(new() { KeyRing = name, Items = { new BatchEncryptItem() } }, cancellationToken: Token).ResponseAsync },
            {
                "BatchDecrypt", "key_ring", name => crypto.BatchDecryptAsync(
                    new() { KeyRing = name, Items = { new BatchDecryptItem { Envelope = envelope } } }, cancellationToken: Token).ResponseAsync
            },
            { "GenerateDataKey", "key_ring", name => crypto.GenerateDataKeyAsync(new() { KeyRing = name }, cancellationToken: Token).ResponseAsync },
        };

        await cases.RefuseAsync(BadRings);
    }

    [Fact]
    public async Task EveryMethodOfAccess_GroupNameOutOfGrammar_NamesTheFieldAndNothingChanged()
    {
        var groups = dkm.Groups();
        var before = await groups.ListGroupsAsync(new() { PageSize = 1000 }, cancellationToken: Token);
        var cases = new Cases(GroupService.Descriptor, nameless: ["ListGroups"])
        {
            { "CreateGroup", "group.name", name => groups.CreateGroupAsync(new() { Group = Named(name) }, cancellationToken: Token).ResponseAsync },
            { "UpdateGroup", "group.name", name => groups.UpdateGroupAsync(new() { Group = Named(name) }, cancellationToken: Token).ResponseAsync },
            { "GetGroup", "name", name => groups.GetGroupAsync(new() { Name = name }, cancellationToken: Token).ResponseAsync },
            { "DeleteGroup", "name", name => groups.DeleteGroupAsync(new() { Name = name }, cancellationToken: Token).ResponseAsync },
        };

        await cases.RefuseAsync(BadGroups);

        Assert.Equal(before, await groups.ListGroupsAsync(new() { PageSize = 1000 }, cancellationToken: Token));
    }

    [Theory]
    [InlineData("x\nadmins   human     1        forged")]
    [InlineData("\u001b[2K")]
    [InlineData("\u0085")]
    public async Task Description_WithControlCharacters_NamesTheFieldAndNothingChanged(string description)
    {
        var (groups, rings) = (dkm.Groups(), dkm.Rings());
        var group = (await groups.GetGroupAsync(new() { Name = "workers" }, cancellationToken: Token)).Clone();
        var ring = (await rings.GetKeyRingAsync(new() { Name = DkmFixture.Mail }, cancellationToken: Token)).Clone();
        var (changedGroup, changedRing) = (group.Clone(), ring.Clone());
        changedGroup.Description = changedRing.Description = description;

        await Refused.Async(groups.UpdateGroupAsync(new() { Group = changedGroup }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "group.description");
        await Refused.Async(
            rings.UpdateKeyRingAsync(new() { KeyRing = changedRing, UpdateMask = new() { Paths = { "description" } } }, cancellationToken: Token),
            ErrorKind.InvalidArgument,
            Reasons.InvalidField,
            "key_ring.description");
        changedGroup.Name = changedRing.Name = "described";
        await Refused.Async(groups.CreateGroupAsync(new() { Group = changedGroup }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "group.description");
        await Refused.Async(rings.CreateKeyRingAsync(new() { KeyRing = changedRing }, cancellationToken: Token), ErrorKind.InvalidArgument, Reasons.InvalidField, "key_ring.description");

        Assert.Equal(group, await groups.GetGroupAsync(new() { Name = "workers" }, cancellationToken: Token));
        Assert.Equal(ring, await rings.GetKeyRingAsync(new() { Name = DkmFixture.Mail }, cancellationToken: Token));
    }

    private static Group Named(string name) => new() { Name = name, Kind = Group.Types.Kind.Workload, Etag = "1" };

    /// <summary>One call for every method of a service but those that take no name: a new method without a case fails.</summary>
    private sealed class Cases(ServiceDescriptor service, string[] nameless) : IEnumerable<string>
    {
        private readonly List<(string Method, string Field, Func<string, Task> Call)> cases = [];

        public void Add(string method, string field, Func<string, Task> call) => cases.Add((method, field, call));

        public async Task RefuseAsync(string[] names)
        {
            Assert.Equal(service.Methods.Select(method => method.Name).Except(nameless).Order(StringComparer.Ordinal), this.Order(StringComparer.Ordinal));
            foreach (var (name, one) in names.SelectMany(name => cases.Select(one => (name, one))))
            {
                await Refused.Async(one.Call(name), ErrorKind.InvalidArgument, Reasons.InvalidField, one.Field);
            }
        }

        public IEnumerator<string> GetEnumerator() => cases.Select(one => one.Method).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
