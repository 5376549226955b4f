namespace Dkm.Testing.Storage;

using System;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <content>Newer software beside older, and roots.</content>
public abstract partial class ServiceStoreContract
{
    private static ServiceStoreOptions Newer => WatchOnly with { ReaderVersion = 2, WriterVersion = 2 };

    [Fact]
    public async Task Upgrade_RecordForNewerReaders_IsRefusedAtStart()
    {
        var (newer, _) = await OpenAsync(Newer);
        await newer.CommitAsync(new RecordChanges().Put("groups/a", 1, new byte[1], 0, minReader: 2), Token);

        var error = await FailsAsync(() => OpenAsync(), ErrorKind.FailedPrecondition, Reasons.UpgradeInProgress);
        Assert.Contains("groups/a: expected a record for readers of version 1, found one that asks for version 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upgrade_RecordForNewerReadersWhileRunning_IsTroubleAndTheRestIsServed()
    {
        var (older, observer) = await OpenAsync();
        await PutAsync(older, "groups/b", "B");
        var (newer, _) = await OpenAsync(Newer);
        await newer.CommitAsync(new RecordChanges().Put("groups/a", 1, new byte[1], 0, minReader: 2), Token);

        await UntilAsync(() => older.Trouble?.Contains("upgrade this software", StringComparison.Ordinal) == true);
        Assert.Equal("groups/b=B@2", observer.Content);
    }

    [Fact]
    public async Task Upgrade_RecordForNewerWriters_IsReadAndLeftAlone()
    {
        var (newer, _) = await OpenAsync(Newer);
        var (older, observer) = await OpenAsync();
        await newer.CommitAsync(new RecordChanges().Put("groups/a", 1, "A"u8.ToArray(), 0, minWriter: 2), Token);
        await UntilAsync(() => older.Version.Number == 2);

        Assert.Equal("groups/a=A@2", observer.Content);
        await FailsAsync(() => PutAsync(older, "groups/a", "AA", 2), ErrorKind.FailedPrecondition, Reasons.UpgradeInProgress);
        await FailsAsync(() => DeleteAsync(older, "groups/a", 2), ErrorKind.FailedPrecondition, Reasons.UpgradeInProgress);
        await older.CommitAsync(new RecordChanges().Put("groups/b", 1, "B"u8.ToArray(), 0).Expect("groups/a", 2), Token);
        Assert.Equal("groups/a=A@2 groups/b=B@3", observer.Content);
    }

    [Fact]
    public async Task Upgrade_RewriteByNewer_DoesNotLowerWhatIsAskedFor()
    {
        var (newer, observer) = await OpenAsync(Newer);
        await newer.CommitAsync(new RecordChanges().Put("groups/a", 1, new byte[1], 0, minReader: 2, minWriter: 2), Token);
        await PutAsync(newer, "groups/a", "again", 2);

        Assert.Equal((2, 2), (observer.Records["groups/a"].MinReader, observer.Records["groups/a"].MinWriter));
    }

    [Fact]
    public async Task Root_AwayOrAnother_IsSaidAtStart()
    {
        await OpenAsync();
        Root.Away = true;
        await FailsAsync(() => OpenAsync(), ErrorKind.Unavailable, Reasons.RootUnavailable);
        Root.Away = false;
        using var same = new MemoryRoot();
        await FailsAsync(() => OpenWithAsync(same), ErrorKind.FailedPrecondition, Reasons.RootDenied);
        using var other = new MemoryRoot("other");
        var error = await FailsAsync(() => OpenWithAsync(other), ErrorKind.FailedPrecondition, Reasons.RootDenied);
        Assert.Contains("wrapped by root memory", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Root_GoesAwayWhileRunning_NothingStops()
    {
        var (service, _) = await OpenAsync();
        Root.Away = true;
        await PutAsync(service, "groups/a", "A");

        Assert.Equal(2, service.Version.Number);
    }

    [Fact]
    public async Task ClusterId_Replaced_NothingOpens()
    {
        var (service, _) = await OpenAsync();
        await PutAsync(service, "groups/a", "A");
        await Store.CommitAsync(new StoreTransaction { Puts = [new StorePut(StorePath.Cluster, "00000000000000000000000000000000"u8.ToArray())] }, Token);

        await FailsAsync(() => OpenAsync(), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
    }

    private Task<ServiceStore> OpenWithAsync(IRootProvider other) => ServiceStore.OpenAsync(
        Store, Service, other, new RecordingObserver(), WatchOnly, TimeProvider.System, NullLogger.Instance, Token);
}
