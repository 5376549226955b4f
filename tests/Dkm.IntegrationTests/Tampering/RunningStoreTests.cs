namespace Dkm.IntegrationTests.Tampering;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.IntegrationTests.KeyRing;
using Dkm.Storage;
using Dkm.Testing;
using Dkm.Testing.Services;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Data.Sqlite;
using Xunit;

/// <summary>Somebody writes the store under the running services: they serve what they verified, write nothing more, and say which record it is.</summary>
public sealed class RunningStoreTests(TamperingFixture fixture) : IClassFixture<TamperingFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<Target, Attack> Attacks => new(
        System.Enum.GetValues<Target>().SelectMany(target => System.Enum.GetValues<Attack>().Select(attack => (target, attack))));

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Record_Attacked_IsNamedWritesAreRefusedAndReadsGoOn(Target target, Attack attack)
    {
        await using var access = fixture.Access();
        await access.StartAsync();
        await using var keyRing = fixture.KeyRing(access);
        await keyRing.StartAsync();
        await keyRing.Service.ReadyAsync();
        await using var holder = await TestHolder.OpenAsync(fixture.KeySets(keyRing), transient: true, TamperingFixture.FirstRing);
        var held = await holder.SetAsync(TamperingFixture.FirstRing);
        var attacked = target == Target.Group ? access : keyRing;
        var before = await ReadAsync(target, attacked);
        var name = NameOf(target);

        await attacked.TamperAsync(await ValuesAsync(attacked, target, attack));

        await Eventually.TrueAsync(async () => (await attacked.ReadyzAsync()).Text.Contains(name, StringComparison.Ordinal), "readyz names the record");
        Assert.Equal(HttpStatusCode.OK, (await attacked.ReadyzAsync()).Status);
        Assert.Contains(attacked.Service.Log.Errors, line => line.Contains(name, StringComparison.Ordinal));
        var refused = await RpcAssert.FailsAsync(StatusCode.FailedPrecondition, Reasons.StoreRefused, () => WriteAsync(target, attacked));
        Assert.Contains(name, refused.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await ReadAsync(target, attacked));
        var key = await fixture.KeySets(keyRing).ResolveKeyAsync(new() { KeyId = held.Keys[0].Id }, cancellationToken: Token);
        Assert.Equal(held.Keys[0].Material, key.Key.Material);
        Assert.False(holder.Reading.IsCompleted);

        await attacked.RestartServiceAsync();
        await AssertRefusesToStartAsync(target, attacked);
    }

    [Fact]
    public async Task File_OpenedByASecondSqlite_IsLocked()
    {
        await using var access = fixture.Access();
        await access.StartAsync();
        await access.Service.ReadyAsync();
        using var connection = new SqliteConnection($"Data Source={access.File};Pooling=False;Default Timeout=1");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "DELETE FROM history";

        // SQLITE_BUSY
        Assert.Equal(5, Assert.Throws<SqliteException>(() => command.ExecuteNonQuery()).SqliteErrorCode);
        await WriteAsync(Target.Group, access);
    }

    private async Task AssertRefusesToStartAsync(Target target, AttackedService attacked)
    {
        await Eventually.TrueAsync(
            async () => (await attacked.ReadyzAsync()).Text.Contains(Reasons.StoreRefused, StringComparison.Ordinal), "readyz says why it is not ready");
        var (status, text) = await attacked.ReadyzAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains(NameOf(target), text, StringComparison.Ordinal);
        await RpcAssert.FailsAsync(StatusCode.Unavailable, null, () => ReadAsync(target, attacked));
    }

    private string NameOf(Target target)
    {
        var path = fixture.Record(target).Path;
        return path[(path.IndexOf('/', StorePath.Root.Length) + 1)..];
    }

    private async Task<Dictionary<string, byte[]?>> ValuesAsync(AttackedService attacked, Target target, Attack attack)
    {
        var (path, other, older) = fixture.Record(target);
        var value = await attacked.RawAsync(path);
        switch (attack)
        {
            case Attack.Delete:
                return new() { [path] = null };
            case Attack.Alter:
                value[^1] ^= 1;
                return new() { [path] = value };
            case Attack.Swap:
                return new() { [path] = await attacked.RawAsync(other), [other] = value };
            default:
                return new() { [path] = older };
        }
    }

    private async Task<object> ReadAsync(Target target, AttackedService service) => target switch
    {
        Target.Group => await fixture.Groups(service).GetGroupAsync(new() { Name = "first" }, cancellationToken: Token),
        Target.Ring => await fixture.Rings(service).GetKeyRingAsync(new() { Name = TamperingFixture.FirstRing }, cancellationToken: Token),
        _ => await fixture.Rings(service).ListKeysAsync(new() { KeyRing = TamperingFixture.FirstRing }, cancellationToken: Token),
    };

    /// <summary>Of another record than the one attacked: nothing at all is written on that ground.</summary>
    private async Task WriteAsync(Target target, AttackedService service)
    {
        switch (target)
        {
            case Target.Group:
                var group = await fixture.Groups(service).GetGroupAsync(new() { Name = "second" }, cancellationToken: Token);
                group.Description = "written";
                await fixture.Groups(service).UpdateGroupAsync(new() { Group = group }, cancellationToken: Token);
                break;
            case Target.Ring:
                var ring = await fixture.Rings(service).GetKeyRingAsync(new() { Name = "test/second" }, cancellationToken: Token);
                ring.Description = "written";
                await fixture.Rings(service).UpdateKeyRingAsync(new() { KeyRing = ring, UpdateMask = FieldMask.FromString("description") }, cancellationToken: Token);
                break;
            default:
                await fixture.Rings(service).RolloverKeyRingAsync(new() { Name = "test/second", Immediate = true }, cancellationToken: Token);
                break;
        }
    }
}
