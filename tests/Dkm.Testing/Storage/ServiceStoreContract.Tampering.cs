namespace Dkm.Testing.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Xunit;

/// <content>Tampering is refused and named; what was verified goes on being served.</content>
public abstract partial class ServiceStoreContract
{
    private const string Honest = "groups/a=new@3 groups/b=B@4";

    public static TheoryData<Tampering> Tamperings => new(Enum.GetValues<Tampering>());

    [Theory]
    [MemberData(nameof(Tamperings))]
    public async Task Tampering_SeenByTheWatch_IsRefusedAndNamed(Tampering tampering)
    {
        var (service, observer) = await OpenAsync();
        var before = await PrepareAsync(service);
        await TamperAsync(await DescribeAsync(tampering, before));

        await UntilAsync(() => service.Trouble is not null);
        await AssertStaysAsync(service, observer, tampering);
    }

    [Theory]
    [MemberData(nameof(Tamperings))]
    public async Task Tampering_HiddenFromTheWatch_IsFoundByTheRelistAndForgottenWhenUndone(Tampering tampering)
    {
        var (service, observer) = await OpenAsync(Relisting, new FaultyStore(Store) { OnWatch = _ => null });
        var before = await PrepareAsync(service);
        var writes = await DescribeAsync(tampering, before);
        var undo = await UndoAsync(writes);
        await TamperAsync(writes);

        await UntilAsync(() => service.Trouble is not null);
        await AssertStaysAsync(service, observer, tampering);
        await TamperAsync(undo);
        await UntilAsync(() => service.Trouble is null);
        await PutAsync(service, "groups/c", "C");
        Assert.Equal(Honest + " groups/c=C@7", observer.Content);
    }

    [Fact]
    public async Task Tampering_UndoneWhileAllIsReadAnewSeldom_IsForgottenSoon()
    {
        var (service, _) = await OpenAsync(Relisting with { RelistInterval = TimeSpan.FromHours(1) });
        await PutAsync(service, "groups/a", "A");
        var honest = await RawAsync("groups/a");
        await TamperAsync([("groups/a", "something else"u8.ToArray())]);
        await UntilAsync(() => service.Trouble is not null);

        // The record as it was comes without a manifest, so no change tells of it.
        await TamperAsync([("groups/a", honest)]);
        await UntilAsync(() => service.Trouble is null);
        await PutAsync(service, "groups/a", "B", 2);
    }

    [Theory]
    [MemberData(nameof(Tamperings))]
    public async Task Tampering_BeforeAStart_IsRefusedAndNamed(Tampering tampering)
    {
        var (service, _) = await OpenAsync();
        var before = await PrepareAsync(service);
        await RestartAllAsync();
        var writes = await DescribeAsync(tampering, before);
        var undo = await UndoAsync(writes);
        await TamperAsync(writes);

        var reason = tampering == Tampering.StoreKeyAltered ? Reasons.RootDenied : Reasons.StoreRefused;
        var error = await FailsAsync(() => OpenAsync(), ErrorKind.FailedPrecondition, reason);
        Assert.Contains(NamedAtStart(tampering), error.Message, StringComparison.Ordinal);
        await TamperAsync(undo);
        Assert.Equal(Honest, (await OpenAsync()).Observer.Content);
    }

    [Fact]
    public async Task Tampering_AnotherReplicasHonestChanges_AreStillTaken()
    {
        var (service, observer) = await OpenAsync();
        var (other, _) = await OpenAsync(over: new FaultyStore(Store) { OnWatch = _ => null });
        await PutAsync(service, "groups/a", "A");
        await PutAsync(other, "groups/b", "B");
        await TamperAsync([("groups/a", null)]);
        await UntilAsync(() => service.Trouble is not null);
        await PutAsync(other, "groups/c", "C");

        await UntilAsync(() => service.Version.Number == 4);
        Assert.Equal("groups/a=A@2 groups/b=B@3 groups/c=C@4", observer.Content);
        Assert.NotNull(service.Trouble);
    }

    [Fact]
    public async Task Tampering_TargetOfACommitBeforeItWasNoticed_IsNotWrittenOver()
    {
        var (service, observer) = await OpenAsync(over: new FaultyStore(Store) { OnWatch = _ => null });
        await PutAsync(service, "groups/a", "A");
        await TamperAsync([("groups/a", null)]);

        var error = await FailsAsync(() => PutAsync(service, "groups/a", "AA", 2), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
        Assert.Contains("groups/a: expected version 2, found nothing", error.Message, StringComparison.Ordinal);
        Assert.Equal("groups/a=A@2", observer.Content);
    }

    [Fact]
    public async Task Tampering_SealingOfARaceLoser_IsNotTakenForTheWinners()
    {
        var losing = new FaultyStore(Store);
        var (loser, _) = await OpenAsync(over: losing);
        var (winner, ofWinner) = await OpenAsync();
        StoreTransaction? lost = null;
        losing.BeforeCommit = async transaction =>
        {
            losing.BeforeCommit = _ => Task.CompletedTask;
            lost = transaction;
            await PutAsync(winner, "groups/a", "winner");
        };
        await FailsAsync(() => PutAsync(loser, "groups/a", "loser"), ErrorKind.Aborted, Reasons.LostRace);
        var record = lost!.Puts.Single(put => put.Path.EndsWith("/a", StringComparison.Ordinal));
        await TamperAsync([("groups/a", record.Value)]);

        // The watch reports at once, the snapshot that follows says more.
        await UntilAsync(() => loser.Trouble is not null
            && winner.Trouble?.Contains("groups/a: expected version 2, found another record, of version 2", StringComparison.Ordinal) == true);
        await FailsAsync(() => OpenAsync(), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
        Assert.Equal("groups/a=winner@2", ofWinner.Content);
    }

    [Fact]
    public async Task Tampering_TwoHistories_AreToldApartByWhoReadTheFirst()
    {
        var losing = new FaultyStore(Store);
        var (loser, _) = await OpenAsync(over: losing);
        var (winner, ofWinner) = await OpenAsync();
        StoreTransaction? lost = null;
        losing.BeforeCommit = async transaction =>
        {
            losing.BeforeCommit = _ => Task.CompletedTask;
            lost = transaction;
            await PutAsync(winner, "groups/a", "winner");
        };
        await FailsAsync(() => PutAsync(loser, "groups/a", "loser"), ErrorKind.Aborted, Reasons.LostRace);
        await TamperAsync(lost!.Puts.Select(put => (put.Path[StorePath.Service(Service).Length..], (ReadOnlyMemory<byte>?)put.Value)).ToList());

        await UntilAsync(() => loser.Trouble is not null && winner.Trouble?.Contains("two histories", StringComparison.Ordinal) == true);
        Assert.Equal("groups/a=winner@2", ofWinner.Content);
    }

    /// <summary>Two records, of which one has an older version, and one that was deleted. Answers the raw bytes of before.</summary>
    private async Task<Dictionary<string, byte[]>> PrepareAsync(ServiceStore service)
    {
        var before = new Dictionary<string, byte[]>();
        await PutAsync(service, "groups/a", "old");
        before["a"] = await RawAsync("groups/a");
        await PutAsync(service, "groups/a", "new", 2);
        await PutAsync(service, "groups/b", "B");
        await PutAsync(service, "groups/gone", "G");
        before["gone"] = await RawAsync("groups/gone");
        before["manifest"] = await RawAsync("manifest");
        await DeleteAsync(service, "groups/gone", 5);
        return before;
    }

    private async Task<IReadOnlyList<(string Path, ReadOnlyMemory<byte>? Value)>> DescribeAsync(Tampering tampering, Dictionary<string, byte[]> before)
    {
        var storeKey = (await Store.RangeAsync(StorePath.Service(Service) + "sealing/", null, 1, 0, Token)).Entries[0];
        var storeKeyPath = storeKey.Path[StorePath.Service(Service).Length..];
        return tampering switch
        {
            Tampering.RecordDeleted => [("groups/a", null)],
            Tampering.RecordAltered => [("groups/a", Altered(await RawAsync("groups/a")))],
            Tampering.RecordsSwapped => [("groups/a", await RawAsync("groups/b")), ("groups/b", await RawAsync("groups/a"))],
            Tampering.RecordReplacedByOlder => [("groups/a", before["a"])],
            Tampering.RecordPutBack => [("groups/gone", before["gone"])],
            Tampering.RecordCopied => [("groups/copy", await RawAsync("groups/a"))],
            Tampering.RecordForeign => [("groups/foreign", "nothing of ours"u8.ToArray())],
            Tampering.ManifestDeleted => [("manifest", null)],
            Tampering.ManifestAltered => [("manifest", Altered(await RawAsync("manifest")))],
            Tampering.ManifestRolledBack => [("manifest", before["manifest"])],
            Tampering.StoreKeyDeleted => [(storeKeyPath, null)],
            Tampering.StoreKeyAltered => [(storeKeyPath, Altered(storeKey.Value.ToArray()))],
            _ => throw new ArgumentOutOfRangeException(nameof(tampering)),
        };
    }

    private async Task<IReadOnlyList<(string Path, ReadOnlyMemory<byte>? Value)>> UndoAsync(IReadOnlyList<(string Path, ReadOnlyMemory<byte>? Value)> writes)
    {
        var undo = new List<(string, ReadOnlyMemory<byte>?)>();
        foreach (var (path, _) in writes)
        {
            undo.Add((path, (await Store.GetAsync(StorePath.Service(Service) + path, 0, Token)).Entry?.Value));
        }

        return undo;
    }

    private static async Task AssertStaysAsync(ServiceStore service, RecordingObserver observer, Tampering tampering)
    {
        Assert.Contains(NamedAtRunTime(tampering), service.Trouble!, StringComparison.Ordinal);
        var error = await FailsAsync(() => PutAsync(service, "groups/c", "C"), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
        Assert.Contains(NamedAtRunTime(tampering), error.Message, StringComparison.Ordinal);
        Assert.True(service.Ready);
        Assert.Equal(Honest, observer.Content);
        Assert.Equal(6, service.Version.Number);
    }

    private static string NamedAtRunTime(Tampering tampering) => tampering switch
    {
        Tampering.RecordDeleted => "groups/a: expected version 3, found nothing",
        Tampering.RecordAltered => "groups/a: expected version 3, found a record that does not open",
        Tampering.RecordsSwapped => "groups/a: expected version 3, found a record that does not open",
        Tampering.RecordReplacedByOlder => "groups/a: expected version 3, found version 2",
        Tampering.RecordPutBack => "groups/gone: expected nothing, found version 5",
        Tampering.RecordCopied => "groups/copy: expected nothing, found a record that does not open",
        Tampering.RecordForeign => "groups/foreign: expected nothing, found bytes that are no sealed record",
        Tampering.ManifestDeleted => "manifest: expected the manifest, found nothing",
        Tampering.ManifestAltered => "manifest: ",
        Tampering.ManifestRolledBack => "manifest: expected version 1.6 or newer, found version 1.5",
        Tampering.StoreKeyDeleted => "expected the store key in use, found nothing",
        Tampering.StoreKeyAltered => "expected the store key in use, found other bytes",
        _ => throw new ArgumentOutOfRangeException(nameof(tampering)),
    };

    private static string NamedAtStart(Tampering tampering) => tampering switch
    {
        Tampering.RecordDeleted => "groups/a: expected version 3, found nothing",
        Tampering.RecordAltered => "groups/a: expected nothing, found a record that does not open",
        Tampering.RecordsSwapped => "groups/b: ",
        Tampering.RecordReplacedByOlder => "groups/a: expected version 3, found version 2",
        Tampering.RecordPutBack => "groups/gone: expected nothing, found version 5",
        Tampering.RecordCopied => "groups/copy: ",
        Tampering.RecordForeign => "groups/foreign: ",
        Tampering.ManifestDeleted => "manifest: expected the manifest of what is there",
        Tampering.ManifestAltered => "manifest: ",
        Tampering.ManifestRolledBack => "manifest: expected a version after 1.6, found version 1.5",
        Tampering.StoreKeyDeleted => "manifest: found a record sealed with store key",
        Tampering.StoreKeyAltered => "sealing/",
        _ => throw new ArgumentOutOfRangeException(nameof(tampering)),
    };

    private static byte[] Altered(byte[] bytes)
    {
        bytes[^1] ^= 1;
        return bytes;
    }
}
