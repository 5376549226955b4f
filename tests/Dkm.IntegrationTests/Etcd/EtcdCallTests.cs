namespace Dkm.IntegrationTests.Etcd;

using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Dkm.Testing;
using Dkm.Testing.Etcd;
using Etcdserverpb;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

/// <summary>What a member's answers, and their absence, come to. RELIABILITY.md section 2, rows 1, 3, 7 to 9.</summary>
public sealed class EtcdCallTests : IAsyncLifetime
{
    private static readonly StoreTransaction Write = new() { Puts = [new StorePut("/a", "1"u8.ToArray())] };

    private FakeEtcd one = null!;
    private FakeEtcd two = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private int Txns => one.Count("Txn") + two.Count("Txn");

    public async ValueTask InitializeAsync() => (one, two) = (await FakeEtcd.StartAsync(), await FakeEtcd.StartAsync());

    public async ValueTask DisposeAsync()
    {
        await one.DisposeAsync();
        await two.DisposeAsync();
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, "etcdserver: request timed out")]
    [InlineData(StatusCode.Unavailable, "etcdserver: request timed out, possibly due to previous leader failure")]
    [InlineData(StatusCode.Unavailable, "etcdserver: request timed out, possibly due to connection lost")]
    [InlineData(StatusCode.Unavailable, "etcdserver: leader changed")]
    [InlineData(StatusCode.Unavailable, "etcdserver: server stopped")]
    [InlineData(StatusCode.Unavailable, "")]
    [InlineData(StatusCode.Internal, "stream terminated")]
    [InlineData(StatusCode.Unknown, "something new")]
    [InlineData(StatusCode.ResourceExhausted, "grpc: received message larger than max")]
    [InlineData(StatusCode.DeadlineExceeded, "context deadline exceeded")]
    [InlineData(StatusCode.Cancelled, "context canceled")]
    public async Task Commit_AnswerThatDoesNotTell_IsSentOnceAndItsOutcomeIsUnknown(StatusCode code, string text)
    {
        one.OnTxn = two.OnTxn = (_, _) => throw new RpcException(new Status(code, text));
        await using var store = await OpenAsync();

        await FailsAsync(() => store.CommitAsync(Write, Token), Reasons.OutcomeUnknown);
        Assert.Equal(1, Txns);
    }

    [Fact]
    public async Task Commit_ConnectionCutOrNoAnswer_IsSentOnceAndItsOutcomeIsUnknown()
    {
        one.OnTxn = two.OnTxn = (_, gone) => FakeEtcd.HangAsync<TxnResponse>(gone);
        await using var store = await OpenAsync();
        var watch = Stopwatch.StartNew();

        await FailsAsync(() => store.CommitAsync(Write, Token), Reasons.OutcomeUnknown);
        Assert.Equal(1, Txns);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Get_MemberKeepsAnotherCallWaiting_IsAskedOfTheNextAtOnce()
    {
        var time = new FakeTimeProvider();
        await using var store = await EtcdStore.OpenAsync(FakeEtcd.Options(one, two) with { TryTimeout = TimeSpan.FromSeconds(2) }, time, NullLogger.Instance, Token);
        FakeEtcd? hung = null;
        one.OnRange = (_, gone) => AnswerAsync(one, gone);
        two.OnRange = (_, gone) => AnswerAsync(two, gone);
        var waiting = store.GetAsync("/a", 0, Token);
        await Eventually.TrueAsync(() => hung is not null, "a call that hangs");

        time.Advance(TimeSpan.FromSeconds(0.6));
        await store.GetAsync("/a", 0, Token).WaitAsync(TimeSpan.FromSeconds(10), Token);
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        await waiting;

        Task<RangeResponse> AnswerAsync(FakeEtcd me, CancellationToken gone) =>
            (hung ??= me) == me ? FakeEtcd.HangAsync<RangeResponse>(gone) : Task.FromResult(new RangeResponse { Header = FakeEtcd.Header(1) });
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, "etcdserver: no leader")]
    [InlineData(StatusCode.ResourceExhausted, "etcdserver: too many requests")]
    public async Task Commit_SurelyNotTaken_IsAskedOfTheNextMember(StatusCode code, string text)
    {
        one.OnTxn = (_, _) => throw new RpcException(new Status(code, text));
        await using var store = await OpenAsync();
        for (var i = 0; i < 10 && one.Count("Txn") == 0; i++)
        {
            Assert.True((await store.CommitAsync(Write, Token)).Succeeded);
            two.OnTxn = (_, _) => throw new RpcException(new Status(code, text));
            one.OnTxn = (_, _) => Task.FromResult(new TxnResponse { Header = FakeEtcd.Header(2), Succeeded = true });
        }

        Assert.True((await store.CommitAsync(Write, Token)).Succeeded);
        Assert.True(one.Count("Txn") > 0 && two.Count("Txn") > 0);
    }

    [Theory]
    [InlineData(StatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded", Reasons.StoreFull)]
    [InlineData(StatusCode.PermissionDenied, "etcdserver: permission denied", Reasons.StoreUnavailable)]
    public async Task Commit_Refused_SaysWhyAndIsSentOnce(StatusCode code, string text, string reason)
    {
        one.OnTxn = two.OnTxn = (_, _) => throw new RpcException(new Status(code, text));
        await using var store = await OpenAsync();

        var error = await FailsAsync(() => store.CommitAsync(Write, Token), reason);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
        Assert.Equal(1, Txns);
    }

    [Fact]
    public async Task Commit_MemberGone_IsAskedOfTheNextAtOnce()
    {
        await using var store = await OpenAsync();
        await one.DisposeAsync();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 20; i++)
        {
            Assert.NotNull(await store.GetAsync("/a", 0, Token));
            Assert.True((await store.CommitAsync(Write, Token)).Succeeded);
        }

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Get_MemberHangs_IsLeftAfterOneTryAndNotAskedAgain()
    {
        await using var store = await OpenAsync();
        one.OnRange = (_, gone) => FakeEtcd.HangAsync<RangeResponse>(gone);
        var before = one.Count("Range");
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 100; i++)
        {
            await store.GetAsync("/a", 0, Token);
        }

        Assert.InRange(one.Count("Range") - before, 0, 1);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task Get_NoMemberAnswers_IsUnavailableInTime()
    {
        one.OnRange = two.OnRange = (_, _) => throw new RpcException(new Status(StatusCode.Unavailable, "etcdserver: no leader"));
        await using var store = await OpenAsync(options => options with { Timeout = TimeSpan.FromSeconds(1) }, check: false);
        var watch = Stopwatch.StartNew();

        await FailsAsync(() => store.GetAsync("/a", 0, Token), Reasons.StoreUnavailable);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(4));
    }

    [Fact]
    public async Task Calls_Always_RequireALeader()
    {
        await using var store = await OpenAsync();
        await store.GetAsync("/a", 0, Token);
        await store.CommitAsync(Write, Token);

        Assert.Single(one.Calls.Concat(two.Calls), call => call is { Method: "Range", HasLeader: "true" });
        Assert.Single(one.Calls.Concat(two.Calls), call => call is { Method: "Txn", HasLeader: "true" });
    }

    [Fact]
    public async Task KeepAlive_MemberHangs_IsAskedOfTheNext()
    {
        one.OnKeepAlive = stream => FakeEtcd.HangAsync<int>(stream.Gone);
        two.OnKeepAlive = AnswerAsync(9);
        await using var store = await OpenAsync();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(TimeSpan.FromSeconds(9), await store.KeepAliveAsync(5, Token));
        }

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));
        Assert.InRange(one.Count("LeaseKeepAlive"), 0, 1);
    }

    [Fact]
    public async Task KeepAlive_LeaseEnded_IsNull()
    {
        one.OnKeepAlive = two.OnKeepAlive = AnswerAsync(0);
        await using var store = await OpenAsync();

        Assert.Null(await store.KeepAliveAsync(5, Token));
    }

    [Fact]
    public async Task KeepAlive_StreamEndsWithoutAnswer_IsUnavailableAndNotALostLease()
    {
        await using var store = await OpenAsync(options => options with { Timeout = TimeSpan.FromMilliseconds(500) });

        await FailsAsync(() => store.KeepAliveAsync(5, Token), Reasons.StoreUnavailable);
    }

    [Fact]
    public async Task Open_HttpWithoutTheFlag_IsAMistake()
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => OpenAsync(options => options with { AllowPlaintext = false }));
        Assert.Contains("http is refused", error.Message, StringComparison.Ordinal);
        Assert.Empty(one.Calls);
    }

    [Fact]
    public async Task Open_PlaintextMemberUnderHttps_IsNotSpokenTo()
    {
        using var pki = new EtcdPki();
        var options = pki.Options("dkm-test", new UriBuilder(one.Endpoint) { Scheme = "https" }.Uri);

        await FailsAsync(() => EtcdStore.OpenAsync(options, TimeProvider.System, NullLogger.Instance, Token), Reasons.StoreUnavailable);
        Assert.Empty(one.Calls);
    }

    [Fact]
    public async Task Open_MembersOfTwoClusters_IsRefused()
    {
        two.OnRange = (_, _) => Task.FromResult(new RangeResponse { Header = new ResponseHeader { ClusterId = 8, Revision = 1 } });

        await FailsAsync(() => OpenAsync(), Reasons.StoreRefused);
    }

    private static Func<FakeEtcdStream<LeaseKeepAliveRequest, LeaseKeepAliveResponse>, Task> AnswerAsync(long ttl) => async stream =>
    {
        var request = await stream.ReadAsync();
        await stream.SendAsync(new LeaseKeepAliveResponse { Header = FakeEtcd.Header(1), ID = request!.ID, TTL = ttl });
        await stream.ReadAsync();
    };

    private static async Task<DkmException> FailsAsync(Func<Task> action, string reason)
    {
        var error = await Assert.ThrowsAsync<DkmException>(action);
        Assert.Equal(reason, error.Reason);
        return error;
    }

    /// <param name="adapt">Changes the options.</param>
    /// <param name="check">False where the script refuses the check at the start too.</param>
    private async Task<EtcdStore> OpenAsync(Func<EtcdStoreOptions, EtcdStoreOptions>? adapt = null, bool check = true)
    {
        var script = (one.OnRange, two.OnRange);
        if (!check)
        {
            one.OnRange = two.OnRange = (_, _) => Task.FromResult(new RangeResponse { Header = FakeEtcd.Header(1) });
        }

        var options = FakeEtcd.Options(one, two);
        var store = await EtcdStore.OpenAsync(adapt?.Invoke(options) ?? options, TimeProvider.System, NullLogger.Instance, Token);
        (one.OnRange, two.OnRange) = script;
        return store;
    }
}
