namespace Dkm.Testing.Storage;

using System;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Storage;
using Xunit;

/// <content>Transactions.</content>
public abstract partial class RevisionedStoreContract
{
    [Fact]
    public async Task Commit_Put_RaisesTheRevisionByOne()
    {
        var first = await PutAsync("a", "1");
        var second = await PutAsync("a", "2");

        Assert.Equal(first + 1, second);
        var entry = (await Store.GetAsync(At("a"), 0, Token)).Entry!;
        Assert.Equal((first, second, "2"), (entry.CreateRevision, entry.ModRevision, Text(entry)));
    }

    [Fact]
    public async Task Commit_ManyWrites_ShareOneRevision()
    {
        var before = await PutAsync("gone", "x");
        var commit = await Store.CommitAsync(new StoreTransaction { Puts = [Put("a", "1"), Put("b", "2")], Deletes = [At("gone")] }, Token);

        Assert.Equal(before + 1, commit.Revision);
        Assert.Equal(commit.Revision, (await Store.GetAsync(At("a"), 0, Token)).Entry!.ModRevision);
        Assert.Equal(commit.Revision, (await Store.GetAsync(At("b"), 0, Token)).Entry!.ModRevision);
        Assert.Null(await ReadAsync("gone"));
    }

    [Fact]
    public async Task Commit_NothingToWrite_KeepsTheRevision()
    {
        var before = await PutAsync("a", "1");

        Assert.Equal(before, (await Store.CommitAsync(new StoreTransaction(), Token)).Revision);
        Assert.Equal(before, await DeleteAsync("was-never"));
    }

    [Fact]
    public async Task Commit_CompareHolds_Writes()
    {
        var revision = await PutAsync("a", "1");
        var commit = await Store.CommitAsync(
            new StoreTransaction
            {
                Compares = [StoreCompare.Unchanged(At("a"), revision), StoreCompare.CreatedAt(At("a"), revision), StoreCompare.Absent(At("b"))],
                Puts = [Put("b", "2")],
            },
            Token);

        Assert.True(commit.Succeeded);
        Assert.Empty(commit.Current);
        Assert.Equal("2", await ReadAsync("b"));
    }

    [Theory]
    [InlineData(StoreCompareTarget.ModRevision, 0)]
    [InlineData(StoreCompareTarget.ModRevision, -1)]
    [InlineData(StoreCompareTarget.CreateRevision, 0)]
    [InlineData(StoreCompareTarget.CreateRevision, 1)]
    public async Task Commit_OneCompareFails_WritesNothingAndTellsWhatIsThere(StoreCompareTarget target, int offset)
    {
        await PutAsync("a", "0");
        var revision = await PutAsync("a", "1");
        var commit = await Store.CommitAsync(
            new StoreTransaction
            {
                Compares = [StoreCompare.Absent(At("b")), new StoreCompare(At("a"), target, offset == 0 ? 0 : revision + offset)],
                Puts = [Put("b", "2")],
                Deletes = [At("a")],
            },
            Token);

        Assert.False(commit.Succeeded);
        Assert.Equal(revision, commit.Revision);
        Assert.Equal([null, "1"], commit.Current.Select(Text));
        Assert.Equal(revision, commit.Current[1]!.ModRevision);
        Assert.Null(await ReadAsync("b"));
        Assert.Equal("1", await ReadAsync("a"));
    }

    [Fact]
    public async Task Commit_MadeAgainAfterDeletion_HasANewCreateRevision()
    {
        var first = await PutAsync("a", "1");
        await DeleteAsync("a");
        var again = await PutAsync("a", "2");

        var commit = await Store.CommitAsync(
            new StoreTransaction { Compares = [StoreCompare.CreatedAt(At("a"), first)], Puts = [Put("a", "3")] }, Token);
        Assert.False(commit.Succeeded);
        Assert.Equal(again, commit.Current[0]!.CreateRevision);
    }

    [Fact]
    public async Task Commit_CreateOnly_HasOneWinner()
    {
        var commits = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Store.CommitAsync(
            new StoreTransaction { Compares = [StoreCompare.Absent(At("a"))], Puts = [Put("a", $"{i}")] }, Token)));

        Assert.Single(commits, commit => commit.Succeeded);
    }

    [Fact]
    public async Task Commit_ConcurrentIncrements_LoseNone()
    {
        await PutAsync("n", "0");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => IncrementAsync(10), Token)));

        Assert.Equal("80", await ReadAsync("n"));
    }

    [Fact]
    public async Task Commit_EmptyAndBinaryValues_ComeBack()
    {
        var all = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        await Store.CommitAsync(new StoreTransaction { Puts = [new StorePut(At("all"), all), new StorePut(At("empty"), Array.Empty<byte>())] }, Token);

        var read = (await Store.GetAsync(At("all"), 0, Token)).Entry!;
        Assert.Equal(all, read.Value.ToArray());
        Assert.Equal(0, (await Store.GetAsync(At("empty"), 0, Token)).Entry!.Value.Length);
    }

    [Fact]
    public async Task Commit_AtItsLimits_IsTaken()
    {
        var value = new string('x', (StoreLimits.MaximumTransactionBytes / StoreLimits.MaximumOperations) - 100);
        var transaction = new StoreTransaction
        {
            Compares = Enumerable.Range(0, StoreLimits.MaximumOperations).Select(i => StoreCompare.Absent(At($"{i}"))).ToList(),
            Puts = Enumerable.Range(0, StoreLimits.MaximumOperations).Select(i => Put($"{i}", value)).ToList(),
        };

        Assert.True((await Store.CommitAsync(transaction, Token)).Succeeded);
        var again = await Store.CommitAsync(transaction, Token);
        Assert.All(again.Current, entry => Assert.Equal(value.Length, entry!.Value.Length));
    }

    [Fact]
    public async Task Commit_OverALimitOrTwiceTheSamePath_IsAnArgumentMistake()
    {
        var many = Enumerable.Range(0, StoreLimits.MaximumOperations + 1).ToList();
        await RefusedAsync(new StoreTransaction { Puts = many.Select(i => Put($"{i}", "x")).ToList() });
        await RefusedAsync(new StoreTransaction { Compares = many.Select(i => StoreCompare.Absent(At($"{i}"))).ToList() });
        await RefusedAsync(new StoreTransaction { Puts = [Put("a", new string('x', StoreLimits.MaximumTransactionBytes))] });
        await RefusedAsync(new StoreTransaction { Puts = [Put("a", "1"), Put("a", "2")] });
        await RefusedAsync(new StoreTransaction { Puts = [Put("a", "1")], Deletes = [At("a")] });
        await RefusedAsync(new StoreTransaction { Puts = [Put("a b", "1")] });
        await RefusedAsync(new StoreTransaction { Deletes = ["no-slash"] });
    }

    private async Task RefusedAsync(StoreTransaction transaction) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Store.CommitAsync(transaction, Token));

    private async Task IncrementAsync(int times)
    {
        while (times > 0)
        {
            var entry = (await Store.GetAsync(At("n"), 0, Token)).Entry!;
            var next = int.Parse(Text(entry)!, System.Globalization.CultureInfo.InvariantCulture) + 1;
            var commit = await Store.CommitAsync(
                new StoreTransaction { Compares = [StoreCompare.Unchanged(At("n"), entry.ModRevision)], Puts = [Put("n", $"{next}")] }, Token);
            times -= commit.Succeeded ? 1 : 0;
        }
    }
}
