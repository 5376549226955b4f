namespace Dkm.Testing.Storage;

using System.Collections.Concurrent;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Xunit;

/// <content>Records of which there are many: pages that grow, opened many at once.</content>
public abstract partial class ServiceStoreContract
{
    private const int Many = 330;

    [Fact]
    public async Task Open_ManyRecords_AllOfThemInPagesThatGrow()
    {
        await FillAsync();
        var pages = new ConcurrentQueue<string?>();
        var faulty = new FaultyStore(Store) { BeforePage = start => { pages.Enqueue(start); return Task.CompletedTask; } };

        var (_, observer) = await OpenAsync(over: faulty);

        Assert.Equal(Many, observer.Records.Count);
        Assert.All(observer.Records.Values, record => Assert.Equal("body of " + record.Path, Encoding.UTF8.GetString(record.Body.Span)));
        Assert.Equal(pages.Count, pages.Distinct().Count());

        // 3, 6, 12 and so on, where pages of three would have been more than a hundred.
        Assert.InRange(pages.Count, 3, 10);
    }

    [Fact]
    public async Task Open_OneOfManyAltered_NamesThatOne()
    {
        await FillAsync();
        var altered = await RawAsync("groups/0200");
        altered[^1] ^= 1;
        await TamperAsync([("groups/0200", altered)]);

        var refusal = await Assert.ThrowsAsync<DkmException>(() => OpenAsync());

        Assert.Equal(Reasons.StoreRefused, refusal.Reason);
        Assert.Contains("groups/0200", refusal.Message, System.StringComparison.Ordinal);
        Assert.DoesNotContain("groups/0199", refusal.Message, System.StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_APageThatCannotBeRead_FailsAndSucceedsLater()
    {
        await FillAsync();
        var pages = 0;
        var faulty = new FaultyStore(Store) { BeforePage = _ => ++pages == 4 ? throw new IOException("the connection was lost") : Task.CompletedTask };

        await Assert.ThrowsAsync<IOException>(() => OpenAsync(over: faulty));
        var (_, observer) = await OpenAsync(over: faulty);

        Assert.Equal(Many, observer.Records.Count);
    }

    private async Task FillAsync()
    {
        var (service, _) = await OpenAsync();
        foreach (var some in Enumerable.Range(0, Many).Select(i => string.Create(CultureInfo.InvariantCulture, $"groups/{i:0000}")).Chunk(RecordChanges.MaximumChanges))
        {
            await service.CommitAsync(some.Aggregate(new RecordChanges(), (all, path) => all.Put(path, 1, Encoding.UTF8.GetBytes("body of " + path), expectedVersion: 0)), Token);
        }
    }
}
