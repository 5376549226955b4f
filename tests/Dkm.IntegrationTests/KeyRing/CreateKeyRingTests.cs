namespace Dkm.IntegrationTests.KeyRing;

using System;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Testing.Services;
using Dkm.Transport;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Xunit;
using Suite = Dkm.KeyRing.V1.Suite;

[Collection(KeyRingCollection.Name)]
public sealed class CreateKeyRingTests(KeyRingFixture fixture)
{
    public static TheoryData<string, string, string> RefusedCreations => new()
    {
        { "name empty", "key_ring.name", Reasons.Required },
        { "name upper case", "key_ring.name", Reasons.InvalidField },
        { "name with dots", "key_ring.name", Reasons.InvalidField },
        { "name too deep", "key_ring.name", Reasons.InvalidField },
        { "name too long", "key_ring.name", Reasons.InvalidField },
        { "name with slash at the end", "key_ring.name", Reasons.InvalidField },
        { "group unknown", "key_ring.bindings[0].group", Reasons.InvalidField },
        { "group empty", "key_ring.bindings[0].group", Reasons.Required },
        { "group of another uid", "key_ring.bindings[0].group_uid", Reasons.InvalidField },
        { "group of humans with hold", "key_ring.bindings[1].permissions", Reasons.WrongKind },
        { "group twice", "key_ring.bindings[1].group", Reasons.InvalidField },
        { "no permission", "key_ring.bindings[0].permissions", Reasons.Required },
        { "unknown permission", "key_ring.bindings[0].permissions", Reasons.InvalidField },
        { "remote with hold", "key_ring.bindings[0].permissions", Reasons.InvalidField },
        { "period below the lead", "key_ring.policy.rollover_period", Reasons.InvalidField },
        { "lead below the floor", "key_ring.policy.activation_lead", Reasons.BelowFloor },
        { "suite reserved", "key_ring.policy.suite", Reasons.UnknownSuite },
        { "duration malformed", "key_ring.policy.key_lease", Reasons.InvalidField },
        { "description too long", "key_ring.description", Reasons.TooLong },
        { "request id no uuid", "request_id", Reasons.InvalidField },
        { "nothing at all", "key_ring", Reasons.Required },
    };

    [Theory]
    [MemberData(nameof(RefusedCreations))]
    public async Task CreateKeyRing_Mistaken_NamesItsFieldAndMakesNothing(string what, string field, string reason)
    {
        var request = await MistakenAsync(what);

        var thrown = await RpcAssert.FailsAsync(StatusCode.InvalidArgument, reason, fixture.Admins.CreateKeyRingAsync(request, cancellationToken: KeyRingFixture.Token));

        Assert.Equal(field, StatusMapping.FromRpc(thrown).Field);
        if (RingName.IsValid(request.KeyRing?.Name))
        {
            await RpcAssert.FailsAsync(StatusCode.NotFound, Reasons.NotFound, fixture.Admins.GetKeyRingAsync(new() { Name = request.KeyRing!.Name }, cancellationToken: KeyRingFixture.Token));
        }
    }

    [Fact]
    public async Task CreateKeyRing_Good_AnswersInFullWithAnActiveKey()
    {
        var group = await fixture.NewGroupAsync(KeyRingFixture.Worker);

        var ring = await fixture.NewRingAsync(group, Permission.Hold, Permission.Hold);

        Assert.Equal(group.Uid, Assert.Single(ring.Bindings).GroupUid);
        Assert.Equal([Permission.Hold], ring.Bindings[0].Permissions);
        Assert.Equal([Suite.Xaes256Gcm, Suite.Aegis256], ring.Policy.ReadSuites);
        Assert.Equal((Suite.Xaes256Gcm, Serve.Both, 3), (ring.Policy.Suite, ring.Policy.Serve, ring.Policy.ArchiveAfter));
        var keys = await fixture.Admins.ListKeysAsync(new ListKeysRequest { KeyRing = ring.Name }, cancellationToken: KeyRingFixture.Token);
        var key = Assert.Single(keys.Keys);
        Assert.Equal((ring.PrimaryKeyId, true, Key.Types.State.Active), (key.Id, key.Primary, key.State));
        Assert.Equal(ring, await fixture.Admins.GetKeyRingAsync(new GetKeyRingRequest { Name = ring.Name }, cancellationToken: KeyRingFixture.Token));
        Assert.Equal(key, await fixture.Admins.GetKeyAsync(new GetKeyRequest { KeyRing = ring.Name, Id = key.Id }, cancellationToken: KeyRingFixture.Token));
    }

    [Fact]
    public async Task CreateKeyRing_NameTaken_AlreadyExists()
    {
        var ring = await fixture.NewRingAsync(null);

        await RpcAssert.FailsAsync(
            StatusCode.AlreadyExists, Reasons.AlreadyExists, fixture.Admins.CreateKeyRingAsync(new() { KeyRing = new() { Name = ring.Name } }, cancellationToken: KeyRingFixture.Token));
    }

    [Fact]
    public async Task CreateKeyRing_SameRequestId_SameAnswerAndAnotherBodyIsRefused()
    {
        var request = new CreateKeyRingRequest { KeyRing = fixture.Ring(null), RequestId = Guid.CreateVersion7().ToString() };
        var first = await fixture.Admins.CreateKeyRingAsync(request, cancellationToken: KeyRingFixture.Token);

        Assert.Equal(first, await fixture.Admins.CreateKeyRingAsync(request, cancellationToken: KeyRingFixture.Token));

        var other = request.Clone();
        other.KeyRing.Description = "another body";
        await RpcAssert.FailsAsync(StatusCode.AlreadyExists, Reasons.RequestIdReused, fixture.Admins.CreateKeyRingAsync(other, cancellationToken: KeyRingFixture.Token));
        other = request.Clone();
        other.KeyRing.Name = fixture.NewName("other");
        await RpcAssert.FailsAsync(StatusCode.AlreadyExists, Reasons.RequestIdReused, fixture.Admins.CreateKeyRingAsync(other, cancellationToken: KeyRingFixture.Token));
    }

    [Fact]
    public async Task CreateKeyRing_SameRequestIdAtOnce_OneRing()
    {
        var request = new CreateKeyRingRequest { KeyRing = fixture.Ring(null), RequestId = Guid.CreateVersion7().ToString() };

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => fixture.Admins.CreateKeyRingAsync(request, cancellationToken: KeyRingFixture.Token).ResponseAsync));

        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task CreateKeyRing_OneRequestIdAtOnceWithOtherBodies_OneRing()
    {
        for (var round = 0; round < 5; round++)
        {
            var requestId = Guid.CreateVersion7().ToString();
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
            {
                try
                {
                    return (await fixture.Admins.CreateKeyRingAsync(new() { KeyRing = fixture.Ring(null), RequestId = requestId }, cancellationToken: KeyRingFixture.Token)).Name;
                }
                catch (RpcException refused)
                {
                    return StatusMapping.FromRpc(refused).Reason;
                }
            }));

            Assert.Equal(3, answers.Count(answer => answer == Reasons.RequestIdReused));
        }
    }

    [Fact]
    public async Task CreateKeyRing_ByAnybodyElse_Denied()
    {
        foreach (var path in (string[])["/human/somebody", KeyRingFixture.Worker, KeyRingFixture.Crypto])
        {
            await RpcAssert.FailsAsync(
                StatusCode.PermissionDenied, null, fixture.Rings(path).CreateKeyRingAsync(new() { KeyRing = fixture.Ring(null) }, cancellationToken: KeyRingFixture.Token));
        }
    }

    private async Task<CreateKeyRingRequest> MistakenAsync(string what)
    {
        var workers = await fixture.NewGroupAsync(KeyRingFixture.Worker);
        var ring = fixture.Ring(workers, Permission.Hold);
        var request = new CreateKeyRingRequest { KeyRing = ring };
        switch (what)
        {
            case "name empty": ring.Name = string.Empty; break;
            case "name upper case": ring.Name = "Test/ring"; break;
            case "name with dots": ring.Name = "test/../ring"; break;
            case "name too deep": ring.Name = "a/b/c/d/e"; break;
            case "name too long": ring.Name = new string('a', 64); break;
            case "name with slash at the end": ring.Name = "test/"; break;
            case "group unknown": ring.Bindings[0].Group = "nobody-made-it"; break;
            case "group empty": ring.Bindings[0].Group = string.Empty; break;
            case "group of another uid": ring.Bindings[0].GroupUid = Guid.CreateVersion7().ToString(); break;
            case "group of humans with hold": await AddHumansAsync(ring); break;
            case "group twice": ring.Bindings.Add(ring.Bindings[0].Clone()); break;
            case "no permission": ring.Bindings[0].Permissions.Clear(); break;
            case "unknown permission": ring.Bindings[0].Permissions[0] = (Permission)99; break;
            case "remote with hold": ring.Policy.Serve = Serve.Remote; break;
            case "period below the lead": ring.Policy = KeyRingFixture.Policy(TimeSpan.FromSeconds(3)); break;
            case "lead below the floor": ring.Policy.ActivationLead = TimeSpan.FromMilliseconds(999).ToDuration(); break;
            case "suite reserved": ring.Policy.Suite = (Suite)2; break;
            case "duration malformed": ring.Policy.KeyLease = new Duration { Seconds = 1, Nanos = -1 }; break;
            case "description too long": ring.Description = new string('x', 257); break;
            case "request id no uuid": request.RequestId = "one"; break;
            case "nothing at all": request.KeyRing = null; break;
            default: throw new ArgumentOutOfRangeException(nameof(what));
        }

        return request;
    }

    private async Task AddHumansAsync(KeyRing ring)
    {
        var humans = await fixture.NewGroupAsync(fixture.NewName("humans"), Group.Types.Kind.Human, "/human/somebody");
        ring.Bindings.Add(new Binding { Group = humans.Name, Permissions = { Permission.Manage, Permission.Hold } });
    }
}
