namespace Dkm.Testing.Storage;

using System.Threading.Tasks;
using Dkm.Core;
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

    private static void FailOnce(FaultyStore faulty, CommitFault fault)
    {
        var left = 1;
        faulty.OnCommit = _ => left-- > 0 ? fault : CommitFault.None;
    }
}
