namespace Dkm.Testing.Storage;

using System;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Xunit;

/// <content>Several replicas, and watches that fail.</content>
public abstract partial class ServiceStoreContract
{
    [Fact]
    public async Task Replicas_TwoRacing_BothWorkAndAgree()
    {
        var (one, ofOne) = await OpenAsync();
        var (two, ofTwo) = await OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 30).SelectMany(i => new[]
        {
            PutAsync(one, $"groups/one-{i}", "1"), PutAsync(two, $"groups/two-{i}", "2"),
        }));

        await UntilAsync(() => one.Version.Number == 61 && two.Version.Number == 61);
        Assert.Equal(60, ofOne.Records.Count);
        Assert.Equal(ofOne.Content, ofTwo.Content);
        Assert.Null(one.Trouble ?? two.Trouble);
    }

    [Fact]
    public async Task Replicas_TwoCountingOnOneRecord_LoseNothing()
    {
        var (one, ofOne) = await OpenAsync();
        var (two, ofTwo) = await OpenAsync();
        await PutAsync(one, "groups/n", "0");
        await UntilAsync(() => two.Version.Number == 2);
        await Task.WhenAll(CountAsync(one, ofOne, 25), CountAsync(two, ofTwo, 25));

        await UntilAsync(() => one.Version == two.Version);
        Assert.EndsWith("=50@52", ofOne.Content, StringComparison.Ordinal);
        Assert.Equal(ofOne.Content, ofTwo.Content);
    }

    [Fact]
    public async Task Replicas_OpenedAtOnceOnNothing_ShareOneSet()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => OpenAsync())));
        await PutAsync(all[0].Service, "groups/a", "A");

        foreach (var (service, observer) in all)
        {
            await UntilAsync(() => service.Version.Number == 2);
            Assert.Equal("groups/a=A@2", observer.Content);
            Assert.Equal(all[0].Service.ClusterId, service.ClusterId);
        }
    }

    [Fact]
    public async Task Watch_EndedAgainAndAgain_IsOpenedAgain()
    {
        var faulty = new FaultyStore(Store);
        var (follower, observer) = await OpenAsync(over: faulty);
        var (writer, _) = await OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            await UntilAsync(() => faulty.OpenWatches == 1);
            faulty.EndWatches();
            await PutAsync(writer, $"groups/{i}", $"{i}");
            await UntilAsync(() => follower.Version == writer.Version);
        }

        Assert.Equal(3, observer.Records.Count);
        Assert.Single(observer.Changes, change => change.Reset);
    }

    [Fact]
    public async Task Watch_LosesABatch_IsMadeGoodByASnapshot()
    {
        var faulty = new FaultyStore(Store);
        var (follower, observer) = await OpenAsync(over: faulty);
        var (writer, ofWriter) = await OpenAsync();
        await PutAsync(writer, "groups/a", "1");
        await PutAsync(writer, "groups/b", "1");
        await UntilAsync(() => follower.Version.Number == 3);
        faulty.OnWatch = _ => null;
        await DeleteAsync(writer, "groups/a", 2);
        await UntilAsync(() => faulty.OpenWatches == 1);
        faulty.OnWatch = batch => batch.Events.Any(e => e.Path.EndsWith("/c", StringComparison.Ordinal)) ? batch : null;
        await PutAsync(writer, "groups/c", "1");

        await UntilAsync(() => follower.Version.Number == 5);
        Assert.Equal(ofWriter.Content, observer.Content);
        Assert.Null(follower.Trouble);
    }

    [Fact]
    public async Task Watch_Compacted_IsMadeGoodByASnapshot()
    {
        var faulty = new FaultyStore(Store);
        var (follower, observer) = await OpenAsync(over: faulty);
        var (writer, ofWriter) = await OpenAsync();
        await UntilAsync(() => faulty.OpenWatches == 1);
        faulty.OnWatch = _ => null;
        await PutAsync(writer, "groups/a", "1");
        await PutAsync(writer, "groups/a", "2", 2);
        await DeleteAsync(writer, "groups/a", 3);
        await PutAsync(writer, "groups/b", "1");
        faulty.OnWatch = batch => batch;
        await Store.CompactAsync((await Store.GetAsync(StorePath.Cluster, 0, Token)).Revision, Token);
        faulty.EndWatches();

        await UntilAsync(() => follower.Version == writer.Version);
        Assert.Equal(ofWriter.Content, observer.Content);
    }

    [Fact]
    public async Task Watch_Silent_IsMadeGoodWithinMaxRefresh()
    {
        var (follower, observer) = await OpenAsync(Relisting, new FaultyStore(Store) { OnWatch = _ => null });
        var (writer, ofWriter) = await OpenAsync();
        await PutAsync(writer, "groups/a", "1");

        await UntilAsync(() => follower.Version == writer.Version);
        Assert.Equal(ofWriter.Content, observer.Content);
    }

    [Fact]
    public async Task Watch_Silent_OwnCommitsAreAppliedAllTheSame()
    {
        var (service, observer) = await OpenAsync(over: new FaultyStore(Store) { OnWatch = _ => null });
        await PutAsync(service, "groups/a", "1");
        await PutAsync(service, "groups/a", "2", 2);

        Assert.Equal("groups/a=2@3", observer.Content);
    }

    [Fact]
    public async Task Relist_ThatMetARecordBeforeItsChangeWasAppliedHere_KeepsIt()
    {
        var faulty = new FaultyStore(Store) { OnWatch = _ => null };
        var (service, _) = await OpenAsync(Relisting with { NeverDeleted = ["groups/"] }, faulty);
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            await PutAsync(service, $"groups/{name}", "1");
        }

        // The change stands in the store, its answer waits for a listing's first page, and that listing's second page waits for the answer.
        var (step, met, applied) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        string? trouble = null;
        faulty.AfterCommit = () =>
        {
            step = 1;
            return met.Task;
        };
        faulty.BeforePage = async after =>
        {
            step = (step, after) switch { (1, null) => 2, (2, not null) => 3, (3, null) => 4, _ => step };
            if (step == 3)
            {
                met.TrySetResult();
                await applied.Task;
            }
            else if (step == 4)
            {
                trouble ??= service.Trouble;
            }
        };
        await PutAsync(service, "groups/a", "2", 2);
        applied.SetResult();
        await UntilAsync(() => step == 4);

        Assert.Null(trouble);
    }

    [Fact]
    public async Task ConfirmTime_StoreReadable_GoesOn_AndStops_WhenItIsNot()
    {
        var faulty = new FaultyStore(Store);
        var (service, _) = await OpenAsync(Relisting with { RelistInterval = TimeSpan.FromHours(1) }, faulty);
        var start = service.ConfirmTime;
        await UntilAsync(() => service.ConfirmTime > start);
        faulty.ReadsFail = true;
        await UntilAsync(() => faulty.FailedReads > 0);
        var stopped = service.ConfirmTime;
        await UntilAsync(() => faulty.FailedReads > 3);

        Assert.Equal(stopped, service.ConfirmTime);
        Assert.True(service.Ready);
        Assert.Null(service.Trouble);
        faulty.ReadsFail = false;
        await UntilAsync(() => service.ConfirmTime > stopped);
    }

    private static async Task CountAsync(ServiceStore service, RecordingObserver observer, int times)
    {
        while (times > 0)
        {
            var record = observer.Records["groups/n"];
            var next = int.Parse(record.Body.Span, System.Globalization.CultureInfo.InvariantCulture) + 1;
            try
            {
                await PutAsync(service, "groups/n", $"{next}", record.Version);
                times--;
            }
            catch (DkmException e) when (e.Reason == Reasons.LostRace)
            {
                await Task.Yield();
            }
        }
    }
}
