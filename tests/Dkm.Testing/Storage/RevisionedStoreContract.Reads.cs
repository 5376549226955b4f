namespace Dkm.Testing.Storage;

using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Xunit;

/// <content>Reads, now and at a revision.</content>
public abstract partial class RevisionedStoreContract
{
    [Fact]
    public async Task Get_AtARevision_SeesWhatWasThere()
    {
        var one = await PutAsync("a", "1");
        var two = await PutAsync("a", "2");
        var gone = await DeleteAsync("a");
        var three = await PutAsync("a", "3");

        Assert.Equal(
            [null, "1", "2", null, "3"],
            [await ReadAsync("a", one - 1), await ReadAsync("a", one), await ReadAsync("a", two), await ReadAsync("a", gone), await ReadAsync("a", three)]);
        Assert.Equal(two, (await Store.GetAsync(At("a"), two, Token)).Revision);
        Assert.Equal(three, (await Store.GetAsync(At("nothing"), 0, Token)).Revision);
    }

    [Fact]
    public async Task Get_AtAFutureRevision_IsUnavailable()
    {
        var revision = await PutAsync("a", "1");

        var error = await Assert.ThrowsAsync<DkmException>(() => Store.GetAsync(At("a"), revision + 1, Token));
        Assert.Equal(ErrorKind.Unavailable, error.Kind);
    }

    [Fact]
    public async Task Range_InPages_HoldsToItsRevisionAndOrder()
    {
        string[] names = ["A", "a", "a!", "a-b", "a/b", "a/b/c", "a0", "b", "b}", "{"];
        foreach (var name in names.Reverse())
        {
            await PutAsync($"r/{name}", name);
        }

        await PutAsync("r", "outside");
        await PutAsync("r0", "outside");
        var first = await Store.RangeAsync(At("r/"), null, 3, 0, Token);
        await PutAsync("r/b", "changed");
        await PutAsync("r/c", "new");
        await DeleteAsync("r/a/b");

        Assert.Equal(names, await ReadPagesAsync(first));
        var now = await Store.RangeAsync(At("r/"), null, 100, 0, Token);
        Assert.Equal(["A", "a", "a!", "a-b", "a/b/c", "a0", "changed", "b}", "new", "{"], now.Entries.Select(Text));
        Assert.False(now.More);
    }

    [Fact]
    public async Task Range_ExactlyFull_SaysThatThereIsNoMore()
    {
        await PutAsync("a", "1");
        await PutAsync("b", "2");

        Assert.False((await Store.RangeAsync(Prefix, null, 2, 0, Token)).More);
        Assert.True((await Store.RangeAsync(Prefix, null, 1, 0, Token)).More);
    }

    [Fact]
    public async Task Compact_OldRevisions_AreGoneAndTheRestIsAsItWas()
    {
        await PutAsync("kept", "k");
        var one = await PutAsync("a", "1");
        await DeleteAsync("kept-not");
        var two = await PutAsync("a", "2");
        await PutAsync("gone", "g");
        var gone = await DeleteAsync("gone");
        var three = await PutAsync("a", "3");
        await Store.CompactAsync(gone, Token);
        await Store.CompactAsync(two, Token);

        var error = await Assert.ThrowsAsync<StoreCompactedException>(() => Store.GetAsync(At("a"), one, Token));
        Assert.Equal(gone, error.CompactRevision);
        await Assert.ThrowsAsync<StoreCompactedException>(() => Store.RangeAsync(Prefix, null, 10, two, Token));
        Assert.Equal(["2", null, "k"], [await ReadAsync("a", gone), await ReadAsync("gone", gone), await ReadAsync("kept", gone)]);
        Assert.Equal(["3", null, "k"], [await ReadAsync("a"), await ReadAsync("gone"), await ReadAsync("kept", three)]);
    }

    private async Task<List<string?>> ReadPagesAsync(StorePage page)
    {
        var values = page.Entries.Select(Text).ToList();
        while (page.More)
        {
            page = await Store.RangeAsync(At("r/"), page.Entries[^1].Path, 3, page.Revision, Token);
            Assert.InRange(page.Entries.Count, 1, 3);
            values.AddRange(page.Entries.Select(Text));
        }

        return values;
    }
}
