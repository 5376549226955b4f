namespace Dkm.UnitTests.Storage;

using System;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Storage;
using Dkm.Testing.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

public sealed class LeaderElectionTests : IAsyncLifetime
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(10);

    private readonly FakeTimeProvider time = new();
    private readonly MemoryStore store;
    private readonly string path = StorePath.Election("keyring", "rollover");

    public LeaderElectionTests() => store = new MemoryStore(time);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task Start_Alone_LeadsAndFencesWithTheKeysCreateRevision()
    {
        await using var one = Start("one");
        var fence = await one.WaitAsync(Token);
        var entry = (await store.GetAsync(path, 0, Token)).Entry!;

        Assert.True(one.IsLeader);
        Assert.Equal(StoreCompare.CreatedAt(path, entry.CreateRevision), fence);
        Assert.Equal("one", Encoding.UTF8.GetString(entry.Value.Span));
        Assert.NotEqual(0, entry.LeaseId);
    }

    [Fact]
    public async Task Dispose_Leader_LetsTheNextOneInAtOnce()
    {
        var one = Start("one");
        var first = await one.WaitAsync(Token);
        await using var two = Start("two");
        Assert.False(two.IsLeader);
        await one.DisposeAsync();
        var second = await two.WaitAsync(Token);

        Assert.True(second.Revision > first.Revision);
        Assert.False(first.Holds((await store.GetAsync(path, 0, Token)).Entry));
    }

    [Fact]
    public async Task KeyTaken_ByAnother_EndsTheLeadershipAtTheNextRenewal()
    {
        await using var one = Start("one");
        var fence = await one.WaitAsync(Token);
        await store.CommitAsync(new StoreTransaction { Deletes = [path] }, Token);
        await store.CommitAsync(new StoreTransaction { Puts = [new StorePut(path, "other"u8.ToArray())] }, Token);

        await PassUntilAsync(() => !one.IsLeader);
        Assert.False(fence.Holds((await store.GetAsync(path, 0, Token)).Entry));
    }

    [Fact]
    public async Task Renewed_Leader_Stays()
    {
        await using var one = Start("one");
        var fence = await one.WaitAsync(Token);
        for (var i = 0; i < 60; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, Token);
        }

        Assert.Equal(fence, one.Fence);
    }

    [Fact]
    public async Task StoreGone_LeaderStopsBeforeTheLeaseEnds()
    {
        var faulty = new FaultyStore(store);
        await using var one = LeaderElection.Start(faulty, path, "one", Ttl, time, NullLogger.Instance);
        await one.WaitAsync(Token);
        faulty.ReadsFail = true;
        time.Advance(Ttl * 0.79);
        Assert.True(one.IsLeader);
        time.Advance(Ttl * 0.02);

        Assert.False(one.IsLeader);
    }

    [Fact]
    public async Task AnswerLost_KeyIsKnownByItsLease()
    {
        var left = 1;
        var faulty = new FaultyStore(store) { OnCommit = _ => left-- > 0 ? CommitFault.AfterApplying : CommitFault.None };
        await using var one = LeaderElection.Start(faulty, path, "one", Ttl, time, NullLogger.Instance);
        await one.WaitAsync(Token);

        Assert.Equal(0, left);
    }

    private LeaderElection Start(string name) => LeaderElection.Start(store, path, name, Ttl, time, NullLogger.Instance);

    private async Task PassUntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(5, Token);
        }

        Assert.True(condition());
    }
}
