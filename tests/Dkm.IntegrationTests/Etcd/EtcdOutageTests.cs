namespace Dkm.IntegrationTests.Etcd;

using System;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Dkm.Testing;
using Dkm.Testing.Etcd;
using Dkm.Testing.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <summary>Real members that are paused, killed and started again under a store that is in use.</summary>
public sealed class EtcdOutageTests : IAsyncLifetime
{
    private static readonly TimeSpan AdministrationGoesOn = TimeSpan.FromSeconds(5);

    private readonly MemoryRoot root = new();
    private readonly RecordingObserver observer = new();
    private EtcdProcesses etcd = null!;
    private EtcdStore store = null!;
    private ServiceStore service = null!;
    private int written;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        etcd = await EtcdProcesses.StartAsync(cancellationToken: Token);
        store = await etcd.OpenStoreAsync(cancellationToken: Token);
        service = await ServiceStore.OpenAsync(
            store, "access", root, observer, new ServiceStoreOptions { MaxRefresh = TimeSpan.FromMilliseconds(250) }, TimeProvider.System, NullLogger.Instance, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        await store.DisposeAsync();
        await etcd.DisposeAsync();
        root.Dispose();
    }

    [Fact]
    public async Task Members_PausedOneAfterTheOther_WritesGoOnWithinFiveSecondsAndNothingIsLost()
    {
        for (var member = 0; member < 3; member++)
        {
            etcd.Pause(member);
            for (var i = 0; i < 5; i++)
            {
                var watch = Stopwatch.StartNew();
                await WriteAsync();
                Assert.InRange(watch.Elapsed, TimeSpan.Zero, AdministrationGoesOn);
            }

            etcd.Resume(member);
        }

        Assert.Null(service.Trouble);
        Assert.Equal(15, written);
    }

    [Fact]
    public async Task Members_KilledOneAfterTheOther_AnotherReplicaFollows()
    {
        var follower = new RecordingObserver();
        await using var otherStore = await etcd.OpenStoreAsync(cancellationToken: Token);
        await using var other = await ServiceStore.OpenAsync(
            otherStore,
            "access",
            root,
            follower,
            new ServiceStoreOptions { MaxRefresh = TimeSpan.FromHours(1), RelistInterval = TimeSpan.FromHours(1) },
            TimeProvider.System,
            NullLogger.Instance,
            Token);
        for (var member = 0; member < 3; member++)
        {
            await etcd.KillAsync(member);
            await WriteAsync();
            await WriteAsync();
            etcd.Start(member);

            // Nothing but its watch tells it.
            await Eventually.TrueAsync(() => other.Version == service.Version, "the other replica follows");
            await MemberIsBackAsync(member);
        }

        Assert.Equal(observer.Content, follower.Content);
        Assert.Null(other.Trouble);
    }

    [Fact]
    public async Task Quorum_Lost_IsUnavailableInTimeAndComesBack()
    {
        etcd.Pause(0);
        etcd.Pause(1);
        var watch = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<DkmException>(() => store.GetAsync("/dkm/v1/meta/cluster", 0, Token));
        Assert.Equal((ErrorKind.Unavailable, Reasons.StoreUnavailable), (error.Kind, error.Reason));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
        etcd.Resume(0);
        etcd.Resume(1);
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await store.GetAsync("/dkm/v1/meta/cluster", 0, Token);
                    return true;
                }
                catch (DkmException again) when (again.Kind == ErrorKind.Unavailable)
                {
                    return false;
                }
            },
            "the store is back");
        await WriteAsync();
        Assert.Null(service.Trouble);
    }

    private async Task WriteAsync()
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"groups/{written++}");
        await service.CommitAsync(new RecordChanges().Put(path, 1, Encoding.UTF8.GetBytes(path), 0), Token);
    }

    private Task MemberIsBackAsync(int member) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                var options = etcd.Options() with { Endpoints = [etcd.Endpoints[member]], Timeout = TimeSpan.FromSeconds(2) };
                await using var alone = await EtcdStore.OpenAsync(options, TimeProvider.System, NullLogger.Instance, Token);
                await alone.GetAsync("/dkm/v1/meta/cluster", 0, Token);
                return true;
            }
            catch (DkmException notYet) when (notYet.Kind == ErrorKind.Unavailable)
            {
                return false;
            }
        },
        "the member is back");
}
