namespace Dkm.IntegrationTests.Tampering;

using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access;
using Dkm.Access.V1;
using Dkm.Core;
using Dkm.KeyRing;
using Dkm.KeyRing.V1;
using Dkm.Storage;
using Dkm.Testing.Certificates;
using Dkm.Testing.Services;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Xunit;

/// <summary>
/// Access and KeyRing, each on a file of its own, with two groups, two rings and a key that was archived: of each kind of record there is one with an older
/// version. The good files are kept; every test starts from a copy of them.
/// </summary>
public sealed class TamperingFixture : IAsyncLifetime
{
    public const string Worker = "/ns/mail/sa/worker";
    public const string FirstRing = "test/first";

    private const string Admin = "/human/admin";

    private readonly Dictionary<Target, (string Path, string Other, byte[] Older)> records = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly TestPki pki = new();
    private int copies;

    public async ValueTask InitializeAsync()
    {
        var access = new AttackedService(GoodFile("access"), store => CreateAccess(store));
        await access.StartAsync();
        await access.Service.ReadyAsync();
        var keyRing = new AttackedService(GoodFile("keyring"), store => CreateKeyRing(store, access.Service.Address));
        await keyRing.StartAsync();
        await keyRing.Service.ReadyAsync();
        await MakeGroupsAsync(access);
        await MakeRingsAsync(keyRing);
        await keyRing.DisposeAsync();
        await access.DisposeAsync();
    }

    /// <summary>The record attacked, another of its kind, and its bytes of before its last change.</summary>
    public (string Path, string Other, byte[] Older) Record(Target target) => records[target];

    /// <summary>Not started yet.</summary>
    public AttackedService Access() => new(CopyOf("access"), CreateAccess);

    /// <summary>Not started yet. Without an Access it never hears a policy, which its store does not ask for.</summary>
    public AttackedService KeyRing(AttackedService? access) =>
        new(CopyOf("keyring"), store => CreateKeyRing(store, access?.Service.Address ?? new Uri("https://127.0.0.1:9")));

    public GroupService.GroupServiceClient Groups(AttackedService access) => new(TestServers.Channel(access.Service.Address, pki.Issue(Admin)));

    public KeyRingService.KeyRingServiceClient Rings(AttackedService keyRing) => new(TestServers.Channel(keyRing.Service.Address, pki.Issue(Admin)));

    public KeySetService.KeySetServiceClient KeySets(AttackedService keyRing) => new(TestServers.Channel(keyRing.Service.Address, pki.Issue(Worker)));

    public ValueTask DisposeAsync()
    {
        pki.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task MakeGroupsAsync(AttackedService access)
    {
        var groups = Groups(access);
        foreach (var name in (string[])["first", "second"])
        {
            await groups.CreateGroupAsync(
                new() { Group = new() { Name = name, Kind = Group.Types.Kind.Workload, Members = { TestPki.Id(Worker) } } }, cancellationToken: Token);
        }

        var path = StorePath.Service("access") + "groups/first";
        var older = await access.RawAsync(path);
        var group = await groups.GetGroupAsync(new() { Name = "first" }, cancellationToken: Token);
        group.Description = "newer";
        await groups.UpdateGroupAsync(new() { Group = group, UpdateMask = FieldMask.FromString("description") }, cancellationToken: Token);
        records[Target.Group] = (path, StorePath.Service("access") + "groups/second", older);
    }

    private async Task MakeRingsAsync(AttackedService keyRing)
    {
        var rings = Rings(keyRing);
        await MakeRingAsync(rings, "test/second");
        var ring = await MakeRingAsync(rings, FirstRing);
        var pending = await rings.RolloverKeyRingAsync(new() { Name = FirstRing }, cancellationToken: Token);
        var prefix = StorePath.Service("keyring");
        var (ringPath, keyPath) = ($"{prefix}rings/{FirstRing}", $"{prefix}keys/{ring.Uid}/{pending.Id}");
        var (olderRing, olderKey) = (await keyRing.RawAsync(ringPath), await keyRing.RawAsync(keyPath));

        // It archives what was pending, so ring and key both have a newer version now.
        await rings.RolloverKeyRingAsync(new() { Name = FirstRing, Immediate = true }, cancellationToken: Token);
        records[Target.Ring] = (ringPath, $"{prefix}rings/test/second", olderRing);
        records[Target.Key] = (keyPath, $"{prefix}keys/{ring.Uid}/{ring.PrimaryKeyId}", olderKey);
    }

    private static async Task<Dkm.KeyRing.V1.KeyRing> MakeRingAsync(KeyRingService.KeyRingServiceClient rings, string name)
    {
        var ring = new Dkm.KeyRing.V1.KeyRing { Name = name, Bindings = { new Binding { Group = "first", Permissions = { Permission.Hold } } } };
        return await rings.CreateKeyRingAsync(new() { KeyRing = ring }, cancellationToken: Token);
    }

    private WebApplication CreateAccess(IRevisionedStore store) => AccessService.Create(
        new AccessOptions
        {
            Server = TestServers.Options(pki, DkmService.Access),
            RootFile = Path.Combine(pki.Directory, "access.root"),
            FirstAdministrators = [SpiffeId.Parse(TestPki.Id(Admin))],
            Heartbeat = TimeSpan.FromMilliseconds(100),
            Refresh = TimeSpan.FromMilliseconds(100),
        },
        TimeProvider.System,
        store);

    private WebApplication CreateKeyRing(IRevisionedStore store, Uri access) => KeyRingServer.Create(
        new KeyRingOptions
        {
            Server = TestServers.Options(pki, DkmService.KeyRing),
            Access = access,
            RootFile = Path.Combine(pki.Directory, "keyring.root"),
            Installation = InstallationOptions.ForDevelopment,
        },
        TimeProvider.System,
        store);

    private string GoodFile(string service) => Path.Combine(pki.Directory, service + ".db");

    private string CopyOf(string service)
    {
        var copy = Path.Combine(pki.Directory, $"{service}-{copies++}.db");
        File.Copy(GoodFile(service), copy);
        return copy;
    }
}
