namespace Dkm.Testing.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Storage;
using Xunit;

/// <content>Watches.</content>
public abstract partial class RevisionedStoreContract
{
    [Fact]
    public async Task Watch_FromAPastRevision_GivesEachRevisionOnceAndInOrder()
    {
        await PutAsync("before", "x");
        var first = await PutAsync("a", "1");
        await Store.CommitAsync(new StoreTransaction { Puts = [Put("a", "2"), Put("b", "1")], Deletes = [At("before")] }, Token);
        await DeleteAsync("a");
        await PutAsync("a", "3");

        var batches = await TakeAsync(first, 4);
        Assert.Equal(["a=1", "a=2 b=1 before=-", "a=-", "a=3"], batches.Select(Describe));
        Assert.Equal([first, first + 1, first + 2, first + 3], batches.Select(batch => batch.Revision));
        Assert.Equal(first + 3, batches[3].Events[0].Entry!.CreateRevision);
        Assert.Equal(first + 1, batches[1].Events.Single(e => e.Path == At("b")).Entry!.ModRevision);
    }

    [Fact]
    public async Task Watch_FromTheNextRevision_WaitsForIt()
    {
        var now = await PutAsync("a", "1");
        var watch = TakeAsync(now + 1, 2);
        await PutAsync("a", "2");
        await PutAsync("a", "3");

        Assert.Equal(["a=2", "a=3"], (await watch).Select(Describe));
    }

    [Fact]
    public async Task Watch_FromAFutureRevision_LeavesOutWhatComesBefore()
    {
        var now = await PutAsync("a", "1");
        var watch = TakeAsync(now + 2, 1);
        await PutAsync("a", "2");
        await PutAsync("a", "3");

        Assert.Equal(["a=3"], (await watch).Select(Describe));
    }

    [Fact]
    public async Task Watch_OtherPrefixes_AreLeftOut()
    {
        var now = await PutAsync("a", "1");
        await Store.CommitAsync(new StoreTransaction { Puts = [new StorePut(Prefix[..^1], "x"u8.ToArray()), new StorePut(Prefix[..^1] + "0", "x"u8.ToArray())] }, Token);
        await Store.CommitAsync(new StoreTransaction { Puts = [new StorePut(Prefix[..^1] + "!", "x"u8.ToArray()), Put("b", "2")] }, Token);

        Assert.Equal(["b=2"], (await TakeAsync(now + 1, 1)).Select(Describe));
    }

    [Fact]
    public async Task Watch_WhileManyWrite_MissesNothing()
    {
        var now = await PutAsync("a", "0");
        var watch = TakeAsync(now + 1, 300);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(w => Task.Run(
            async () =>
            {
                for (var i = 0; i < 100; i++)
                {
                    await PutAsync($"{w}", $"{i}");
                }
            },
            Token)));

        var batches = await watch;
        Assert.Equal(Enumerable.Range(1, 300).Select(i => now + i), batches.Select(batch => batch.Revision));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"1={i}"), batches.Select(Describe).Where(text => text.StartsWith("1=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Watch_TwoAtOnce_BothGetAll()
    {
        var now = await PutAsync("a", "0");
        var watches = new[] { TakeAsync(now + 1, 2), TakeAsync(now + 1, 2) };
        await PutAsync("a", "1");
        await PutAsync("a", "2");

        Assert.All(await Task.WhenAll(watches), batches => Assert.Equal(["a=1", "a=2"], batches.Select(Describe)));
    }

    [Fact]
    public async Task Watch_CompactedRevision_IsRefused()
    {
        var first = await PutAsync("a", "1");
        await PutAsync("a", "2");
        var last = await PutAsync("a", "3");
        await Store.CompactAsync(last - 1, Token);

        var error = await Assert.ThrowsAsync<StoreCompactedException>(() => TakeAsync(first, 1));
        Assert.Equal(last - 1, error.CompactRevision);
        Assert.Equal(["a=3"], (await TakeAsync(last, 1)).Select(Describe));
    }

    [Fact]
    public async Task Watch_Cancelled_Ends()
    {
        var now = await PutAsync("a", "1");
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var watch = DrainAsync(Store.WatchAsync(Prefix, now + 1, cancel.Token));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch.WaitAsync(TimeSpan.FromSeconds(10), Token));
    }

    private static async Task DrainAsync(IAsyncEnumerable<StoreWatchBatch> watch)
    {
        await foreach (var batch in watch)
        {
            Assert.Empty(batch.Events);
        }
    }
}
