namespace Dkm.Testing.Storage;

using System;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Xunit;

/// <content>Answers that do not say what became of a write.</content>
public abstract partial class ServiceStoreContract
{
    [Theory]
    [InlineData(CommitFault.BeforeApplying)]
    [InlineData(CommitFault.AfterApplying)]
    public async Task Commit_AnswerLost_IsFoundOut(CommitFault fault)
    {
        var faulty = new FaultyStore(Store);
        var (service, observer) = await OpenAsync(over: faulty);
        await PutAsync(service, "groups/a", "1");
        FailOnce(faulty, fault);
        var version = await PutAsync(service, "groups/a", "2", 2);

        Assert.Equal(3, version.Number);
        Assert.Equal("groups/a=2@3", observer.Content);
        await PutAsync(service, "groups/a", "3", 3);
        Assert.Null(service.Trouble);
    }

    [Fact]
    public async Task Commit_AnswerLostAndOthersWroteOnTop_IsFoundOutFromTheHistory()
    {
        var faulty = new FaultyStore(Store) { OnWatch = _ => null };
        var (service, observer) = await OpenAsync(over: faulty);
        var (other, ofOther) = await OpenAsync();
        FailOnce(faulty, CommitFault.AfterApplying);
        faulty.BeforeCommit = async transaction =>
        {
            // What stands between the write and its reading back: two more changes, one of them of the very record.
            faulty.BeforeCommit = _ => Task.CompletedTask;
            await Store.CommitAsync(transaction, Token);
            await UntilAsync(() => other.Version.Number == 2);
            await PutAsync(other, "groups/a", "theirs", 2);
            await PutAsync(other, "groups/b", "theirs");
        };
        var version = await PutAsync(service, "groups/a", "ours");

        Assert.Equal(2, version.Number);
        await PutAsync(service, "groups/c", "ours");
        Assert.Equal("groups/a=theirs@3 groups/b=theirs@4 groups/c=ours@5", observer.Content);
        await UntilAsync(() => ofOther.Content == observer.Content);
    }

    [Fact]
    public async Task Commit_AnswerLostAndAnotherWasFaster_IsTriedAgain()
    {
        var faulty = new FaultyStore(Store);
        var (service, observer) = await OpenAsync(over: faulty);
        var (other, _) = await OpenAsync();
        FailOnce(faulty, CommitFault.BeforeApplying);
        faulty.BeforeCommit = async _ =>
        {
            faulty.BeforeCommit = _ => Task.CompletedTask;
            await PutAsync(other, "groups/theirs", "1");
        };
        var version = await PutAsync(service, "groups/ours", "1");

        Assert.Equal(3, version.Number);
        Assert.Equal("groups/ours=1@3 groups/theirs=1@2", observer.Content);
    }

    [Fact]
    public async Task Commit_AnswerLostAndNothingCanBeRead_IsOutcomeUnknown_AndShowsLater()
    {
        var faulty = new FaultyStore(Store);
        var (service, observer) = await OpenAsync(over: faulty);
        FailOnce(faulty, CommitFault.AfterApplying);
        faulty.BeforeCommit = _ =>
        {
            faulty.ReadsFail = true;
            return Task.CompletedTask;
        };

        await FailsAsync(() => PutAsync(service, "groups/a", "1"), ErrorKind.Unavailable, Reasons.OutcomeUnknown);
        faulty.ReadsFail = false;
        faulty.BeforeCommit = _ => Task.CompletedTask;
        await UntilAsync(() => service.Version.Number == 2);
        Assert.Equal("groups/a=1@2", observer.Content);
        Assert.Null(service.Trouble);
    }

    [Fact]
    public async Task Commit_StoreUnavailable_SaysSoAndNothingIsWritten()
    {
        var faulty = new FaultyStore(Store) { OnCommit = _ => CommitFault.None };
        var (service, observer) = await OpenAsync(over: faulty);
        faulty.OnCommit = _ => CommitFault.Unavailable;
        await FailsAsync(() => PutAsync(service, "groups/a", "1"), ErrorKind.Unavailable, Reasons.StoreUnavailable);
        faulty.OnCommit = _ => CommitFault.None;

        Assert.Equal(1, service.Version.Number);
        await PutAsync(service, "groups/a", "2");
        Assert.Equal("groups/a=2@2", observer.Content);
    }

    [Fact]
    public async Task Commit_AnswerLostAndTooOldToBeSentAgain_IsOutcomeUnknownAndNotSentAgain()
    {
        var faulty = new FaultyStore(Store);
        var (service, observer) = await OpenAsync(over: faulty);
        var last = TimeProvider.System.GetTimestamp() + (2 * TimeProvider.System.TimestampFrequency);
        var sent = 0;
        FailOnce(faulty, CommitFault.BeforeApplying);
        faulty.BeforeCommit = async _ =>
        {
            sent++;
            await UntilAsync(() => TimeProvider.System.GetTimestamp() > last);
        };

        await FailsAsync(() => service.CommitAsync(new RecordChanges().Put("groups/a", 1, "1"u8.ToArray(), 0).SendBefore(last), Token), ErrorKind.Unavailable, Reasons.OutcomeUnknown);
        Assert.Equal(1, sent);
        faulty.BeforeCommit = _ => Task.CompletedTask;
        await PutAsync(service, "groups/a", "2");
        Assert.Equal("groups/a=2@2", observer.Content);
    }

    [Fact]
    public async Task Commit_AnswerLostAndARequirementGone_IsALostRaceAtOnce()
    {
        var faulty = new FaultyStore(Store);
        var (service, observer) = await OpenAsync(over: faulty);
        const string Election = "/dkm/v1/access/election/test";
        var held = await Store.CommitAsync(new StoreTransaction { Puts = [new StorePut(Election, "one"u8.ToArray())] }, Token);
        var sent = 0;
        FailOnce(faulty, CommitFault.BeforeApplying);
        faulty.BeforeCommit = async _ => await (sent++ > 0 ? Task.CompletedTask : Store.CommitAsync(new StoreTransaction { Deletes = [Election] }, Token));

        await FailsAsync(
            () => service.CommitAsync(new RecordChanges().Put("groups/a", 1, "1"u8.ToArray(), 0).Require(StoreCompare.CreatedAt(Election, held.Revision)), Token),
            ErrorKind.Aborted,
            Reasons.LostRace);
        Assert.Equal(2, sent);
        await PutAsync(service, "groups/a", "2");
        Assert.Equal("groups/a=2@2", observer.Content);
    }

    [Fact]
    public async Task Commit_CallersTimeEndsWhileItIsUnderWay_IsOutcomeUnknownAndWrittenAllTheSame()
    {
        var faulty = new FaultyStore(Store);
        var (service, observer) = await OpenAsync(over: faulty);
        var (arrived, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        faulty.BeforeCommit = _ =>
        {
            arrived.TrySetResult();
            return open.Task;
        };
        using var time = new CancellationTokenSource();
        var commit = service.CommitAsync(new RecordChanges().Put("groups/a", 1, "1"u8.ToArray(), 0), time.Token);
        await arrived.Task;
        await time.CancelAsync();

        await FailsAsync(() => commit, ErrorKind.Unavailable, Reasons.OutcomeUnknown);
        open.SetResult();
        await PutAsync(service, "groups/b", "2");
        Assert.Equal("groups/a=1@2 groups/b=2@3", observer.Content);
    }

    [Fact]
    public async Task Commit_StoreFull_SaysSoAndNothingIsWritten()
    {
        var faulty = new FaultyStore(Store);
        var (service, observer) = await OpenAsync(over: faulty);
        var commits = 0;
        faulty.OnCommit = _ =>
        {
            commits++;
            return CommitFault.Full;
        };
        await FailsAsync(() => PutAsync(service, "groups/a", "1"), ErrorKind.Unavailable, Reasons.StoreFull);
        Assert.Equal((1, 1L, null), (commits, service.Version.Number, service.Trouble));
        faulty.OnCommit = _ => CommitFault.None;
        await PutAsync(service, "groups/a", "2");
        Assert.Equal("groups/a=2@2", observer.Content);
    }

    [Fact]
    public async Task Commit_ThatTookTheLastRoom_IsFoundOut()
    {
        var faulty = new FaultyStore(Store);
        var (service, observer) = await OpenAsync(over: faulty);
        FailOnce(faulty, CommitFault.FullThoughWritten);

        Assert.Equal(2, (await PutAsync(service, "groups/a", "1")).Number);
        Assert.Equal("groups/a=1@2", observer.Content);
    }

    private static void FailOnce(FaultyStore faulty, CommitFault fault)
    {
        var left = 1;
        faulty.OnCommit = _ => left-- > 0 ? fault : CommitFault.None;
    }
}
