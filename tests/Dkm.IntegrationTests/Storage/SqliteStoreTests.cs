namespace Dkm.IntegrationTests.Storage;

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Dkm.Testing.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

public sealed class SqliteStoreTests : IDisposable
{
    private readonly StoreDirectory directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Open_SecondTime_IsRefusedClearlyAndTheFirstGoesOn()
    {
        await using var store = await OpenAsync();
        var error = await Assert.ThrowsAsync<DkmException>(
            () => SqliteStore.OpenAsync(Options() with { OpenWait = TimeSpan.FromMilliseconds(100) }, TimeProvider.System, NullLogger.Instance, Token));

        Assert.Equal((ErrorKind.FailedPrecondition, Reasons.StoreInUse), (error.Kind, error.Reason));
        Assert.Contains("open in another process", error.Message, StringComparison.Ordinal);
        await PutAsync(store, "/a", 1);
    }

    [Fact]
    public async Task Open_ByAnotherProcess_IsRefused()
    {
        await using var store = await OpenAsync();
        await PutAsync(store, "/a", 1);

        // A stranger that does not know our lock file meets SQLite's own lock.
        Assert.Contains("locked", await RunAsync("python3", "-c", "import sqlite3,sys\ntry:\n sqlite3.connect(sys.argv[1],timeout=0.1).execute('select * from meta').fetchall()\nexcept Exception as e: print(e)", directory.Database), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_WhileTheOtherLetsGo_Waits()
    {
        var first = await OpenAsync();
        var second = OpenAsync();
        await first.DisposeAsync();

        await (await second).DisposeAsync();
    }

    [Fact]
    public async Task Files_AllOfThem_AreTheirOwnersOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        await using (var store = await OpenAsync())
        {
            await PutAsync(store, "/a", 1);
            AssertModes();
        }

        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(directory.Database, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        }

        await using var again = await OpenAsync();
        AssertModes();
    }

    [Fact]
    public async Task Open_NoDatabaseOfOurs_IsRefusedAndLeftAlone()
    {
        using (var connection = new SqliteConnection($"Data Source={directory.Database};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE mine (x)";
            command.ExecuteNonQuery();
        }

        var error = await Assert.ThrowsAsync<DkmException>(OpenAsync);
        Assert.Contains("not a store of DKM", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_Rubbish_IsUnavailable()
    {
        await File.WriteAllTextAsync(directory.Database, new string('x', 10_000), Token);

        Assert.Equal(Reasons.StoreUnavailable, (await Assert.ThrowsAsync<DkmException>(OpenAsync)).Reason);
    }

    [Fact]
    public async Task Open_DirectoryMissing_IsUnavailable()
    {
        var options = new SqliteStoreOptions { Path = directory.File("no/such/dkm.db") };

        var error = await Assert.ThrowsAsync<DkmException>(() => SqliteStore.OpenAsync(options, TimeProvider.System, NullLogger.Instance, Token));
        Assert.Equal((ErrorKind.Unavailable, Reasons.StoreUnavailable), (error.Kind, error.Reason));
    }

    [Fact]
    public async Task Commit_NoRoomLeft_IsUnavailableNothingIsHalfDoneAndItGoesOnAfterwards()
    {
        var revision = 0L;
        await using (var store = await OpenAsync(Options() with { MaximumBytes = 300_000 }))
        {
            var error = await Assert.ThrowsAsync<DkmException>(async () =>
            {
                while (true)
                {
                    revision = await PutAsync(store, "/a", 20_000, "/b");
                }
            });

            Assert.Equal((ErrorKind.Unavailable, Reasons.StoreUnavailable), (error.Kind, error.Reason));
            Assert.InRange(revision, 2, 100);
            await AssertWholeAsync(store, revision);
        }

        await using var again = await OpenAsync();
        await AssertWholeAsync(again, revision);
        Assert.Equal(revision + 1, await PutAsync(again, "/a", 20_000, "/b"));
    }

    [Fact]
    public async Task Leases_AfterARestart_HaveTheirTimeAnew()
    {
        var time = new FakeTimeProvider();
        var lease = 0L;
        await using (var store = await SqliteStore.OpenAsync(Options(), time, NullLogger.Instance, Token))
        {
            lease = (await store.GrantLeaseAsync(TimeSpan.FromSeconds(5), Token)).Id;
            await store.CommitAsync(new StoreTransaction { Puts = [new StorePut("/a", new byte[1], lease)] }, Token);
            time.Advance(TimeSpan.FromSeconds(4));
        }

        await using var again = await SqliteStore.OpenAsync(Options(), time, NullLogger.Instance, Token);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.NotNull(await again.KeepAliveAsync(lease, Token));
        time.Advance(TimeSpan.FromSeconds(6));
        await UntilAsync(async () => (await again.GetAsync("/a", 0, Token)).Entry is null);
    }

    [Fact]
    public async Task History_OlderThanIsKept_IsCompactedByItself()
    {
        var time = new FakeTimeProvider();
        await using var store = await SqliteStore.OpenAsync(Options() with { KeptRevisions = 20 }, time, NullLogger.Instance, Token);
        var last = 0L;
        for (var i = 0; i < 60; i++)
        {
            last = await PutAsync(store, "/a", 10);
        }

        await UntilAsync(async () =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            try
            {
                await store.GetAsync("/a", last - 40, Token);
                return false;
            }
            catch (StoreCompactedException)
            {
                return true;
            }
        });
        Assert.NotNull((await store.GetAsync("/a", last - 15, Token)).Entry);
    }

    [Fact]
    public async Task Copy_TakenWhileWriting_HoldsOldOrNewNeverHalf()
    {
        var source = await OpenAsync();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var writing = WriteAsync(source, stop.Token);
        for (var i = 0; i < 15; i++)
        {
            await Task.Delay(10, Token);
            using var copy = new StoreDirectory();

            // The main file first: what a power cut leaves is at least as new in the WAL as in the file.
            File.Copy(directory.Database, copy.Database);
            File.Copy(directory.Database + "-wal", copy.Database + "-wal");
            await using var store = await SqliteStore.OpenAsync(
                new SqliteStoreOptions { Path = copy.Database }, TimeProvider.System, NullLogger.Instance, Token);
            await AssertWholeAsync(store, (await store.GetAsync("/a", 0, Token)).Revision);
        }

        await stop.CancelAsync();
        await writing;
        await source.DisposeAsync();
    }

    private static async Task WriteAsync(SqliteStore store, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await PutAsync(store, "/a", 500, "/b", "/c", "/d");
        }
    }

    /// <summary>All paths of a transaction carry its revision, or none does.</summary>
    private static async Task AssertWholeAsync(SqliteStore store, long revision)
    {
        var page = await store.RangeAsync("/", null, 100, 0, Token);
        Assert.Equal(revision, page.Revision);
        Assert.True(page.Entries.Count == 0 || page.Entries.All(entry => entry.ModRevision == page.Revision));
    }

    private static async Task<long> PutAsync(SqliteStore store, string path, int length, params string[] more)
    {
        var puts = new List<StorePut>();
        foreach (var target in more.Prepend(path))
        {
            puts.Add(new StorePut(target, new byte[length]));
        }

        return (await store.CommitAsync(new StoreTransaction { Puts = puts }, Token)).Revision;
    }

    private static async Task<string> RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return output;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 500; i++)
        {
            if (await condition())
            {
                return;
            }

            await Task.Delay(10, Token);
        }

        Assert.Fail("the condition did not come true");
    }

    private SqliteStoreOptions Options() => new() { Path = directory.Database };

    private Task<SqliteStore> OpenAsync() => OpenAsync(Options());

    private static Task<SqliteStore> OpenAsync(SqliteStoreOptions options) =>
        SqliteStore.OpenAsync(options, TimeProvider.System, NullLogger.Instance, Token);

    private void AssertModes()
    {
        foreach (var file in Directory.GetFiles(directory.Path))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file));
        }
    }
}
