namespace Dkm.Testing.Storage;

using System;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Xunit;

/// <content>The way back after an older state was put back.</content>
public abstract partial class ServiceStoreContract
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recover_OlderStateUnderTwoReplicas_BringsAllBack(bool askTheNewest)
    {
        var (one, ofOne) = await OpenAsync(Exchanging("one"));
        var (two, ofTwo) = await OpenAsync(Exchanging("two"));
        await PutAsync(one, "groups/changed", "old");
        await PutAsync(one, "groups/deleted", "old");
        await PutAsync(two, "keys/1", "k1");
        await UntilAsync(() => one.Version == two.Version);
        var old = await CopyAsync();
        await PutAsync(one, "groups/changed", "new", 2);
        await PutAsync(one, "keys/2", "k2");
        await DeleteAsync(one, "groups/deleted", 3);
        await PutAsync(one, "groups/made", "new");
        await UntilAsync(() => one.Version == two.Version);
        var bodies = Bodies(ofOne);
        await PutBackAsync(old);
        await UntilAsync(() => one.Trouble is not null && two.Trouble is not null);

        var version = await (askTheNewest ? one : two).RecoverAsync(Token);
        Assert.Equal(2, version.Epoch);
        await UntilAsync(() => one.Version == two.Version && one.Trouble is null && two.Trouble is null);
        Assert.Equal(bodies, Bodies(ofOne));
        Assert.Equal(ofOne.Content, ofTwo.Content);

        // Work goes on, for who was there, who restarts with a mark, and who is new.
        await PutAsync(two, "groups/after", "new");
        await UntilAsync(() => one.Version == two.Version);
        var content = ofTwo.Content;
        await RestartAllAsync();
        Assert.Equal(content, (await OpenAsync(Marked("one"))).Observer.Content);
        Assert.Equal(content, (await OpenAsync(Marked("three"))).Observer.Content);
    }

    [Fact]
    public async Task Recover_WrittenOnByAReplicaThatDidNotKnow_LosesNoKeyOfEither()
    {
        var (knowing, ofKnowing) = await OpenAsync(Marked("one"));
        await PutAsync(knowing, "keys/1", "k1");
        var old = await CopyAsync();
        await PutAsync(knowing, "keys/2", "k2");
        await PutBackAsync(old);
        await UntilAsync(() => knowing.Trouble is not null);
        var (unknowing, ofUnknowing) = await OpenAsync(Relisting with { NeverDeleted = ["keys/"] });
        await PutAsync(unknowing, "keys/3", "k3");
        await PutAsync(unknowing, "keys/4", "k4");

        await knowing.RecoverAsync(Token);
        await UntilAsync(() => knowing.Version == unknowing.Version && unknowing.Trouble is null);
        Assert.Equal("keys/1=k1 keys/2=k2 keys/3=k3 keys/4=k4", Bodies(ofKnowing));
        Assert.Equal(ofKnowing.Content, ofUnknowing.Content);
    }

    [Fact]
    public async Task Recover_RevisionsThatBeginAnew_AreFollowed()
    {
        var replaced = new FaultyStore(Store);
        var (service, observer) = await OpenAsync(WatchOnly with { NeverDeleted = ["keys/"] }, replaced);
        await PutAsync(service, "keys/1", "k1");
        var old = await CopyAsync();
        await PutAsync(service, "keys/2", "k2");
        for (var i = 0; i < 20; i++)
        {
            await PutAsync(service, $"groups/{i}", "x");
        }

        await using var restored = new MemoryStore(TimeProvider.System);
        await restored.CommitAsync(new StoreTransaction { Puts = [.. old.Select(entry => new StorePut(entry.Path, entry.Value))] }, Token);
        replaced.Replace(restored);
        await FailsAsync(() => PutAsync(service, "keys/x", "x"), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
        await service.RecoverAsync(Token);

        // The watch is at the new revisions too: nothing but it tells of another's change.
        var (follower, ofFollower) = await OpenAsync(WatchOnly, restored);
        await PutAsync(follower, "keys/3", "k3");
        await UntilAsync(() => ofFollower.Content == observer.Content);
        await PutAsync(service, "keys/4", "k4");
        await UntilAsync(() => ofFollower.Content == observer.Content);
        await service.DisposeAsync();
    }

    [Fact]
    public async Task Recover_AndThenTheOldStoresWatchTellsOfSomething_IsNoTrouble()
    {
        var (replaced, late, told) = (new FaultyStore(Store), new TaskCompletionSource(), new TaskCompletionSource());
        var (service, observer) = await OpenAsync(WatchOnly with { NeverDeleted = ["keys/"] }, replaced);
        await PutAsync(service, "keys/1", "k1");
        var old = await CopyAsync();
        await PutAsync(service, "keys/2", "k2");
        replaced.BeforeBatch = async _ =>
        {
            told.TrySetResult();
            await late.Task;
        };
        await PutAsync(service, "keys/3", "k3");
        await told.Task;

        await using var restored = new MemoryStore(TimeProvider.System);
        await restored.CommitAsync(new StoreTransaction { Puts = [.. old.Select(entry => new StorePut(entry.Path, entry.Value))] }, Token);
        replaced.Replace(restored);
        await FailsAsync(() => PutAsync(service, "keys/x", "x"), ErrorKind.FailedPrecondition, Reasons.StoreRefused);
        await service.RecoverAsync(Token);

        // The watch is asked anew only when what it told last was judged: a change of another replica then comes through.
        (replaced.BeforeBatch, var before) = (_ => Task.CompletedTask, service.Trouble);
        late.SetResult();
        var (follower, ofFollower) = await OpenAsync(WatchOnly, restored);
        await PutAsync(follower, "keys/4", "k4");
        await UntilAsync(() => ofFollower.Content == observer.Content || service.Trouble is not null);
        Assert.Equal((null, null), (before, service.Trouble));
        await service.DisposeAsync();
    }

    [Fact]
    public async Task Recover_InterruptedBetweenTwoBatches_GoesOnWhenAskedAgain()
    {
        var faulty = new FaultyStore(Store);
        var (service, observer) = await OpenAsync(Marked("one"), faulty);
        await PutAsync(service, "keys/old", "k");
        var old = await CopyAsync();
        for (var i = 0; i < 3; i++)
        {
            var changes = new RecordChanges();
            Enumerable.Range(0, 100).ToList().ForEach(j => changes.Put($"keys/{i}-{j}", 1, "k"u8.ToArray(), 0));
            await service.CommitAsync(changes, Token);
        }

        await PutBackAsync(old);
        await UntilAsync(() => service.Trouble is not null);
        var commits = 0;
        faulty.OnCommit = _ => ++commits == 3 ? CommitFault.Unavailable : CommitFault.None;
        await FailsAsync(() => service.RecoverAsync(Token), ErrorKind.Unavailable, Reasons.StoreUnavailable);
        Assert.NotNull(service.Trouble);
        await FailsAsync(() => OpenAsync(Marked("new")), ErrorKind.FailedPrecondition, Reasons.StoreRefused);

        await service.RecoverAsync(Token);
        Assert.Equal((301, null), (observer.Records.Count, service.Trouble));
        Assert.Equal(301, (await OpenAsync(Marked("new"))).Observer.Records.Count);
    }

    [Theory]
    [MemberData(nameof(Tamperings))]
    public async Task Recover_SingleRecordsTamperedWith_PutsRightWhatIsHeld(Tampering tampering)
    {
        var (service, observer) = await OpenAsync(Relisting);
        await TamperAsync(await DescribeAsync(tampering, await PrepareAsync(service)));
        await UntilAsync(() => service.Trouble is not null);

        await service.RecoverAsync(Token);
        Assert.Equal("groups/a=new groups/b=B", Bodies(observer));
        Assert.Equal("groups/a=new groups/b=B", Bodies((await OpenAsync()).Observer));
    }

    [Fact]
    public async Task Recover_NothingWrong_IsRefused()
    {
        var (service, _) = await OpenAsync(Exchanging("one"));

        await FailsAsync(() => service.RecoverAsync(Token), ErrorKind.FailedPrecondition, Reasons.NothingToRecover);
        Assert.Equal(1, service.Version.Epoch);
    }

    private static string Bodies(RecordingObserver observer) => string.Join(' ', observer.Content.Split(' ').Select(record => record.Split('@')[0]));
}
