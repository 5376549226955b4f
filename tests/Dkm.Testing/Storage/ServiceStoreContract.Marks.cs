namespace Dkm.Testing.Storage;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Xunit;

/// <content>Older states put back, and what knows them.</content>
public abstract partial class ServiceStoreContract
{
    private readonly StoreDirectory states = new();

    /// <summary>A replica with a state directory of its own, by its name; it reads everything anew all the time.</summary>
    private ServiceStoreOptions Marked(string replica) =>
        Relisting with { StateDirectory = states.File(replica), NeverDeleted = ["keys/"] };

    /// <summary>The same, and it tells the others.</summary>
    private ServiceStoreOptions Exchanging(string replica) => Marked(replica) with { ExchangeInterval = TimeSpan.FromMilliseconds(50) };

    [Fact]
    public async Task Mark_RestartOnAnOlderState_IsRefused()
    {
        var (service, _) = await OpenAsync(Marked("one"));
        await PutAsync(service, "groups/a", "A");
        var old = await CopyAsync();
        await PutAsync(service, "groups/a", "AA", 2);
        var newest = await CopyAsync();
        await RestartAllAsync();
        await PutBackAsync(old);

        var error = await FailsAsync(() => OpenAsync(Marked("one")), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
        Assert.Contains("manifest: expected version 1.3 or newer, found version 1.2 (an older state was put back)", error.Message, StringComparison.Ordinal);
        await PutBackAsync(newest);
        Assert.Equal("groups/a=AA@3", (await OpenAsync(Marked("one"))).Observer.Content);
    }

    [Fact]
    public async Task Mark_OfWhatTheWatchBrought_IsKeptWithTheNextConfirmation()
    {
        var (follower, _) = await OpenAsync(Marked("one"));
        var (writer, _) = await OpenAsync(Marked("two"));
        await PutAsync(writer, "groups/a", "A");
        var old = await CopyAsync();
        await PutAsync(writer, "groups/a", "AA", 2);
        await UntilAsync(() => follower.Version.Number == 3);
        var applied = follower.ConfirmTime;
        await UntilAsync(() => follower.ConfirmTime > applied + TimeSpan.FromMilliseconds(100));
        await RestartAllAsync();
        await PutBackAsync(old);

        await FailsAsync(() => OpenAsync(Marked("one")), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mark_RestartOnAnEmptyStore_IsRefused(bool withId)
    {
        var (service, _) = await OpenAsync(Marked("one"));
        await PutAsync(service, "groups/a", "A");
        var id = (await CopyAsync()).Where(entry => withId && entry.Path == StorePath.Cluster).ToList();
        await RestartAllAsync();
        await PutBackAsync(id);

        var error = await FailsAsync(() => OpenAsync(Marked("one")), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
        Assert.Contains("expected version 1.2 or newer", error.Message, StringComparison.Ordinal);
        Assert.Equal(id.Count, (await CopyAsync()).Count);
        Assert.Empty((await OpenAsync(Marked("another"))).Observer.Records);
    }

    [Fact]
    public async Task Mark_OlderStateAcceptedByItsVersion_BeginsAnEpochThatEveryMarkGivesWayTo()
    {
        var (service, _) = await OpenAsync(Marked("one"));
        await PutAsync(service, "groups/a", "A");
        var old = await CopyAsync();
        await PutAsync(service, "groups/a", "AA", 2);
        await RestartAllAsync();
        await PutBackAsync(old);

        await FailsAsync(() => OpenAsync(Marked("one") with { AcceptVersion = new ManifestVersion(1, 1) }), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
        var (accepted, observer) = await OpenAsync(Marked("one") with { AcceptVersion = new ManifestVersion(1, 2) });
        Assert.Equal((new ManifestVersion(2, 4), "groups/a=A@2"), (accepted.Version, observer.Content));
        await PutAsync(accepted, "groups/a", "again", 2);
        var later = await CopyAsync();
        await RestartAllAsync();
        await PutBackAsync(old);

        // Said once, it does not accept what is put back later.
        await FailsAsync(() => OpenAsync(Marked("one")), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
        await PutBackAsync(later);
        Assert.Equal("groups/a=again@5", (await OpenAsync(Marked("one"))).Observer.Content);
    }

    [Fact]
    public async Task Mark_OfAnotherInstallation_IsRefused()
    {
        await OpenAsync(Marked("one"));
        await RestartAllAsync();
        await PutBackAsync([]);
        await OpenAsync(Marked("two"));
        await RestartAllAsync();

        var error = await FailsAsync(() => OpenAsync(Marked("one")), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
        Assert.Contains("are of another installation", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OlderState_UnderARunningReplica_IsRefusedReportedAndNotConfirmed()
    {
        var counted = new FaultyStore(Store);
        var (service, observer) = await OpenAsync(Marked("one"), counted);
        await PutAsync(service, "groups/a", "A");
        var old = await CopyAsync();
        await PutAsync(service, "groups/a", "AA", 2);
        await PutBackAsync(old);

        await UntilAsync(() => service.Trouble is not null);
        var stopped = service.ConfirmTime;
        await FailsAsync(() => PutAsync(service, "groups/b", "B"), ErrorKind.FailedPrecondition, Reasons.StoreRefused);

        // The loop that confirms has had three turns more; each begins with the manifest, so two of them are over.
        var turns = counted.ReadsOf(StorePath.Manifest(Service));
        await UntilAsync(() => counted.ReadsOf(StorePath.Manifest(Service)) >= turns + 3);
        Assert.Equal((stopped, "groups/a=AA@3"), (service.ConfirmTime, observer.Content));
    }

    [Fact]
    public async Task Exchange_ReplicaThatNeverSawTheNewest_LearnsOfItAndRefuses()
    {
        var (knowing, _) = await OpenAsync(Exchanging("one"));
        await PutAsync(knowing, "groups/a", "A");
        var old = await CopyAsync();
        await PutAsync(knowing, "groups/a", "AA", 2);
        await PutBackAsync(old);
        var (unknowing, observer) = await OpenAsync(Exchanging("two") with { MaxRefresh = TimeSpan.FromHours(1) });

        await UntilAsync(() => unknowing.Trouble is not null && knowing.Trouble is not null);
        Assert.Equal("manifest: expected version 1.3 or newer, found version 1.2 (an older state was put back)", unknowing.Trouble);
        await FailsAsync(() => PutAsync(unknowing, "groups/b", "B"), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
        Assert.Equal("groups/a=A@2", observer.Content);
    }

    [Fact]
    public async Task Exchange_ReplicasThatAgreeOrLag_RefuseNothing()
    {
        var (one, _) = await OpenAsync(Exchanging("one"));
        var (two, _) = await OpenAsync(Exchanging("two"), new FaultyStore(Store) { OnWatch = _ => null });
        for (var i = 0; i < 40; i++)
        {
            await PutAsync(one, $"groups/{i}", "A");
            Assert.Null(one.Trouble ?? two.Trouble);
        }

        await UntilAsync(() => two.Version == one.Version);
        Assert.Null(one.Trouble ?? two.Trouble);
    }

    [Fact]
    public async Task NeverDeleted_GoneUnderANewerManifestThatAddsUp_IsRefusedAndKept()
    {
        var (knowing, observer) = await OpenAsync(Marked("one"));
        await PutAsync(knowing, "keys/old", "1");
        var old = await CopyAsync();
        await PutAsync(knowing, "keys/new", "2");
        await Store.CompactAsync((await Store.GetAsync(StorePath.Cluster, 0, Token)).Revision, Token);
        await PutBackAsync(old);
        var (unknowing, _) = await OpenAsync(Relisting);
        for (var i = 0; i < 3; i++)
        {
            await PutAsync(unknowing, $"groups/{i}", "forked");
        }

        await UntilAsync(() => knowing.Trouble?.StartsWith("keys/new: expected version 3, found nothing", StringComparison.Ordinal) == true);
        Assert.Contains("keys/new=2@3", observer.Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NeverDeleted_ByAWriterOfOurs_IsAMistakeOfOurs()
    {
        var (service, _) = await OpenAsync(Marked("one"));
        await PutAsync(service, "keys/k", "1");

        await Assert.ThrowsAsync<ArgumentException>(() => DeleteAsync(service, "keys/k", 2));
    }

    /// <summary>All that lies in the store but what goes with a lease.</summary>
    private async Task<IReadOnlyList<StoreEntry>> CopyAsync() =>
        [.. (await Store.RangeAsync(StorePath.Root, null, StoreLimits.MaximumPageSize, 0, Token)).Entries.Where(entry => entry.LeaseId == 0)];

    /// <summary>Makes the store what it was, as who restores a snapshot of it.</summary>
    private async Task PutBackAsync(IReadOnlyList<StoreEntry> copy)
    {
        var gone = (await CopyAsync()).Select(entry => entry.Path).Except(copy.Select(entry => entry.Path)).ToList();
        var puts = copy.Select(entry => new StorePut(entry.Path, entry.Value)).ToList();
        foreach (var chunk in gone.Select(path => (Path: path, Put: (StorePut?)null)).Concat(puts.Select(put => (put.Path, Put: (StorePut?)put))).Chunk(StoreLimits.MaximumOperations))
        {
            var commit = await Store.CommitAsync(
                new StoreTransaction
                {
                    Puts = [.. chunk.Select(write => write.Put).OfType<StorePut>()],
                    Deletes = [.. chunk.Where(write => write.Put is null).Select(write => write.Path)],
                },
                Token);
            Assert.True(commit.Succeeded, commit.Revision.ToString(CultureInfo.InvariantCulture));
        }
    }
}
