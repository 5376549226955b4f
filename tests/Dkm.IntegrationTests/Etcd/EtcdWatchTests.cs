namespace Dkm.IntegrationTests.Etcd;

using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Storage;
using Dkm.Testing.Etcd;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Mvccpb;
using Xunit;

/// <summary>A watch goes on whatever a member does to it. RELIABILITY.md section 2, rows 4 to 6.</summary>
public sealed class EtcdWatchTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<WatchCreateRequest> created = new();
    private FakeEtcd one = null!;
    private FakeEtcd two = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IReadOnlyList<long> Starts => [.. created.Select(request => request.StartRevision)];

    public async ValueTask InitializeAsync() => (one, two) = (await FakeEtcd.StartAsync(), await FakeEtcd.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await one.DisposeAsync();
        await two.DisposeAsync();
    }

    [Theory]
    [InlineData(StatusCode.OK)]
    [InlineData(StatusCode.Cancelled)]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.Unauthenticated)]
    [InlineData(StatusCode.Internal)]
    public async Task Watch_EndedByTheMember_GoesOnBehindTheLastRevision(StatusCode code)
    {
        Script(
            async stream =>
            {
                await stream.SendAsync(Events(Put("/w/a", 5)));
                throw code == StatusCode.OK ? new OperationCanceledException() : new RpcException(new Status(code, "ended"));
            },
            stream => stream.SendAsync(Events(Put("/w/a", 6))));

        Assert.Equal([5, 6], await TakeAsync(5, 2));
        Assert.Equal([5, 6], Starts);
    }

    [Fact]
    public async Task Watch_CancelledByAMessageOrCut_GoesOn()
    {
        Script(
            stream => stream.SendAsync(new WatchResponse { Header = FakeEtcd.Header(5), Canceled = true, CancelReason = "mvcc: watcher is closed" }),
            stream =>
            {
                stream.Abort();
                return Task.CompletedTask;
            },
            stream => stream.SendAsync(Events(Put("/w/a", 5))));

        Assert.Equal([5], await TakeAsync(5, 1));
    }

    [Fact]
    public async Task Watch_Silent_IsAskedForProgressAndThenMovesToAnotherMember_AlwaysRequiringALeader()
    {
        var progress = 0;
        Script(
            async stream =>
            {
                while (await stream.ReadAsync() is { } request)
                {
                    progress += request.ProgressRequest is null ? 0 : 1;
                }
            },
            stream => stream.SendAsync(Events(Put("/w/a", 5))));

        Assert.Equal([5], await TakeAsync(5, 1));
        // Asked after each third of the silence that is borne; a timer that fires a hair early makes it a third time.
        Assert.InRange(progress, 1, 3);
        Assert.Equal((1, 1), (one.Count("Watch"), two.Count("Watch")));
        Assert.All(one.Calls.Concat(two.Calls).Where(call => call.Method == "Watch"), call => Assert.Equal("true", call.HasLeader));
    }

    [Fact]
    public async Task Watch_QuietButAnswersProgress_Stays()
    {
        Script(async stream =>
        {
            for (var i = 0; i < 5; i++)
            {
                Assert.NotNull((await stream.ReadAsync())!.ProgressRequest);
                await stream.SendAsync(new WatchResponse { Header = FakeEtcd.Header(100), WatchId = -1 });
            }

            await stream.SendAsync(Events(Put("/w/a", 5)));
        });

        // And progress moves nothing on: etcd has announced revisions whose events it had not sent.
        Assert.Equal([5], await TakeAsync(5, 1));
        Assert.Single(Starts);
    }

    [Fact]
    public async Task Watch_Compacted_Throws()
    {
        Script(stream => stream.SendAsync(new WatchResponse { Header = FakeEtcd.Header(9), Canceled = true, CompactRevision = 8 }));

        var error = await Assert.ThrowsAsync<StoreCompactedException>(() => TakeAsync(5, 1));
        Assert.Equal(8, error.CompactRevision);
    }

    [Fact]
    public async Task Watch_BeginningAtTheCompactedRevision_Throws()
    {
        one.OnRange = two.OnRange = (request, _) => request.Revision is > 0 and < 8
            ? throw new RpcException(new Status(StatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted"))
            : Task.FromResult(new RangeResponse { Header = FakeEtcd.Header(9) });
        Script(async stream =>
        {
            Assert.Equal(1, created.Last().StartRevision);
            await stream.SendAsync(new WatchResponse { Header = FakeEtcd.Header(9), Canceled = true, CompactRevision = 8 });
        });

        // etcd itself takes a watch from 8, without the deletions of 8.
        Assert.Equal(8, (await Assert.ThrowsAsync<StoreCompactedException>(() => TakeAsync(8, 1))).CompactRevision);
    }

    [Fact]
    public async Task Watch_Fragments_AreOneRevision()
    {
        Script(async stream =>
        {
            var first = Events(Put("/w/a", 5), Put("/w/b", 5));
            first.Fragment = true;
            await stream.SendAsync(first);
            var second = Events(Put("/w/c", 5), Put("/w/a", 6));
            second.Fragment = true;
            await stream.SendAsync(second);
            await stream.SendAsync(Events(Put("/w/b", 6)));
        });
        await using var store = await OpenAsync();
        var batches = new List<StoreWatchBatch>();
        await foreach (var batch in store.WatchAsync("/w/", 5, Token))
        {
            batches.Add(batch);
            if (batches.Count == 2)
            {
                break;
            }
        }

        Assert.Equal([(5, 3), (6, 2)], batches.Select(batch => (batch.Revision, batch.Events.Count)));
    }

    [Fact]
    public async Task Watch_RepeatedAndOlderEvents_AreLeftOut()
    {
        Script(async stream =>
        {
            await stream.SendAsync(Events(Put("/w/a", 5)));
            await stream.SendAsync(Events(Put("/w/a", 4), Put("/w/a", 5), Put("/w/a", 6)));
            await stream.SendAsync(Events(Put("/w/a", 7)));
        });

        Assert.Equal([5, 6, 7], await TakeAsync(5, 3));
    }

    private static Event Put(string path, long revision) => new()
    {
        Type = Event.Types.EventType.Put,
        Kv = new KeyValue { Key = ByteString.CopyFromUtf8(path), ModRevision = revision, CreateRevision = 1, Version = 1 },
    };

    private static WatchResponse Events(params Event[] events) => new() { Header = FakeEtcd.Header(events[^1].Kv.ModRevision), Events = { events } };

    /// <summary>What happens to the first stream, the second and so on, at whichever member; after its script a stream stays open.</summary>
    private void Script(params Func<FakeEtcdStream<WatchRequest, WatchResponse>, Task>[] scripts)
    {
        var next = -1;
        one.OnWatch = two.OnWatch = async stream =>
        {
            created.Enqueue((await stream.ReadAsync())!.CreateRequest);
            await stream.SendAsync(new WatchResponse { Header = FakeEtcd.Header(1), Created = true });
            try
            {
                await scripts[Math.Min(Interlocked.Increment(ref next), scripts.Length - 1)](stream);
            }
            catch (OperationCanceledException) when (!stream.Gone.IsCancellationRequested)
            {
                return;
            }

            await FakeEtcd.HangAsync<int>(stream.Gone);
        };
    }

    private Task<EtcdStore> OpenAsync() => EtcdStore.OpenAsync(FakeEtcd.Options(one, two), TimeProvider.System, NullLogger.Instance, Token);

    private async Task<List<long>> TakeAsync(long from, int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        await using var store = await OpenAsync();
        var revisions = new List<long>();
        await foreach (var batch in store.WatchAsync("/w/", from, limit.Token))
        {
            revisions.Add(batch.Revision);
            if (revisions.Count == count)
            {
                break;
            }
        }

        return revisions;
    }
}
