namespace Dkm.IntegrationTests.Etcd;

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Status.V1;
using Dkm.Storage;
using Dkm.Testing.Etcd;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <summary>What the store finds out about real members.</summary>
public sealed class EtcdInspectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Inspect_BeforeAndAfterCompaction_FindsTheOldestRevisionAndItsAge()
    {
        await using var etcd = await EtcdProcesses.StartAsync(cancellationToken: Token);
        var clock = new FastClock();
        await using var store = await EtcdStore.OpenAsync(etcd.Options(), clock, NullLogger.Instance, Token);
        for (var i = 0; i < 40; i++)
        {
            await WriteAsync(store);
        }

        await store.GetAsync("/dkm/v1/test/1", 0, Token);
        clock.Forward(TimeSpan.FromHours(30));
        var before = await InspectAsync(store);
        Assert.Equal(1, before.OldestRevision);
        Assert.InRange(before.HistoryAge.ToTimeSpan(), TimeSpan.FromHours(30), TimeSpan.FromHours(31));

        var revision = (await store.GetAsync("/dkm/v1/test/1", 0, Token)).Revision;
        await store.CompactAsync(revision - 10, Token);
        var after = await InspectAsync(store);
        Assert.Equal(revision - 10, after.OldestRevision);

        // One that was made before the first answer that was heard.
        Assert.InRange(after.HistoryAge.ToTimeSpan(), TimeSpan.FromHours(30), TimeSpan.FromHours(31));

        await WriteAsync(store);
        revision = (await store.GetAsync("/dkm/v1/test/1", 0, Token)).Revision;
        await store.CompactAsync(revision, Token);
        Assert.InRange((await InspectAsync(store)).HistoryAge.ToTimeSpan(), TimeSpan.Zero, TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Inspect_OneMemberHangs_IsTheOneNotReachedAndTheOthersTell()
    {
        await using var etcd = await EtcdProcesses.StartAsync(cancellationToken: Token);
        await using var store = await etcd.OpenStoreAsync(cancellationToken: Token);
        etcd.Pause(2);
        var status = await InspectAsync(store);
        etcd.Resume(2);

        Assert.Equal(StoreStatus.Types.Kind.Etcd, status.Kind);
        Assert.Equal([true, true, false], status.Members.Select(member => member.Reachable));
        Assert.Contains("no answer within 2 s", status.Members[2].Problem, StringComparison.Ordinal);
        Assert.All(status.Members.Take(2), member =>
        {
            Assert.Empty(member.Problem);
            Assert.NotEmpty(member.MemberId);
            Assert.NotEmpty(member.Version);
            Assert.True(member.DatabaseBytes > 0 && member.UsedBytes > 0 && member.Revision > 0, member.ToString());
        });
        Assert.NotNull(status.Certificate);
    }

    private static async Task<StoreStatus> InspectAsync(EtcdStore store)
    {
        var status = new StoreStatus();
        await store.InspectAsync(status, Token);
        return status;
    }

    private static Task<StoreCommit> WriteAsync(EtcdStore store) =>
        store.CommitAsync(new StoreTransaction { Puts = [new StorePut("/dkm/v1/test/1", new byte[8])] }, Token);

    /// <summary>Its stopwatch can be put forward; its timers run as ever.</summary>
    private sealed class FastClock : TimeProvider
    {
        private long ahead;

        public void Forward(TimeSpan by) => ahead += (long)(by.TotalSeconds * TimestampFrequency);

        public override long GetTimestamp() => base.GetTimestamp() + Volatile.Read(ref ahead);
    }
}
