namespace Dkm.UnitTests.Crypto;

using System;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client.KeySets;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Crypto;
using Dkm.Crypto.Operations;
using Dkm.Crypto.Rings;
using Dkm.Crypto.V1;
using Dkm.Hosting;
using Dkm.KeyRing.V1;
using Dkm.Testing.Client;
using Dkm.Transport;
using Dkm.UnitTests.Client;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

/// <summary>The order in which Crypto answers, for states that no RPC can bring about yet.</summary>
public sealed class OpeningTests : IAsyncDisposable
{
    private const string Mail = HolderFixture.Mail;

    private readonly HolderFixture fixture = new(new KeySetHolderOptions { AdoptResolvedRings = true });
    private readonly FakePolicy policy = new();
    private readonly FakeRing ring = new(Mail) { Uid = "uid-1" };
    private readonly FakeKey key;
    private readonly RingDirectory rings;
    private readonly Judge judge;
    private readonly Opening opening;

    public OpeningTests()
    {
        key = ring.Add(HolderFixture.Start.AddDays(-1));
        Bind("workers", Permission.Encrypt, Permission.Decrypt);
        Bind("writers", Permission.Encrypt);
        fixture.KeyRing.Rings[Mail] = ring;
        rings = new RingDirectory(fixture.Holder, Options(), fixture.Time);
        judge = new Judge(policy, new ElevationClock(policy, fixture.Time), fixture.Holder);
        opening = new Opening(rings, judge);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Key.Types.State.Disabled)]
    [InlineData(Key.Types.State.Compromised)]
    [InlineData(Key.Types.State.DestroyScheduled)]
    [InlineData(Key.Types.State.Destroyed)]
    public async Task Open_OfAKeyThatIsWithdrawn_NamesItsStateToTheBoundAlone(Key.Types.State state)
    {
        var envelope = await SealAsync();
        ring.Add(HolderFixture.Start);
        ring.Set(key, state);
        await fixture.PushAsync(ring);

        await AssertRefusedAsync(FakePolicy.Worker, envelope, ErrorKind.FailedPrecondition, Reasons.KeyState);
        await AssertRefusedAsync(FakePolicy.Writer, envelope, ErrorKind.PermissionDenied, Reasons.PermissionMissing);
        await AssertRefusedAsync(FakePolicy.Stranger, envelope, ErrorKind.PermissionDenied, Reasons.KeyUnknownOrNotYours);
    }

    [Fact]
    public async Task Open_OfAnArchivedKey_AsksForItOnce()
    {
        var envelope = await SealAsync();
        ring.Add(HolderFixture.Start);
        ring.Set(key, Key.Types.State.Archived);
        await fixture.PushAsync(ring);

        for (var i = 0; i < 3; i++)
        {
            var opened = await opening.OpenAsync(Caller(FakePolicy.Worker), Request(envelope), Token);
            Assert.Equal([1, 2, 3], opened.Plaintext);
        }

        Assert.Equal(1, fixture.KeyRing.ResolveCalls);
    }

    [Fact]
    public async Task Open_WithPolicyOlderThanTheRingAllows_IsPolicyStaleToTheBoundAlone()
    {
        var envelope = await SealAsync();
        policy.Age = ring.PolicyStaleness;
        await opening.OpenAsync(Caller(FakePolicy.Worker), Request(envelope), Token);

        policy.Age += TimeSpan.FromTicks(1);
        var refused = await AssertRefusedAsync(FakePolicy.Worker, envelope, ErrorKind.Unavailable, Reasons.PolicyStale);
        Assert.DoesNotContain(Mail, refused.Message, StringComparison.Ordinal);

        // What she is told of a key that does not exist.
        await AssertRefusedAsync(FakePolicy.Stranger, envelope, ErrorKind.PermissionDenied, Reasons.KeyUnknownOrNotYours);
        var named = Assert.Throws<DkmException>(() => judge.DemandNamed(Caller(FakePolicy.Stranger), Mail, fixture.Holder.Find(Mail), RingPermission.Encrypt));
        var nowhere = Assert.Throws<DkmException>(() => judge.DemandNamed(Caller(FakePolicy.Stranger), Mail, null, RingPermission.Encrypt));
        Assert.Equal((nowhere.Kind, nowhere.Reason, nowhere.Message), (named.Kind, named.Reason, named.Message));
    }

    [Fact]
    public async Task Open_WithBindingsThatKeyRingConfirmedLongerAgoThanTheRingAllows_IsPolicyStale()
    {
        var envelope = await SealAsync();
        fixture.Time.SetWall(HolderFixture.Start + ring.PolicyStaleness);
        await opening.OpenAsync(Caller(FakePolicy.Worker), Request(envelope), Token);

        fixture.Time.SetWall(HolderFixture.Start + ring.PolicyStaleness + TimeSpan.FromTicks(1));
        await AssertRefusedAsync(FakePolicy.Worker, envelope, ErrorKind.Unavailable, Reasons.PolicyStale);
    }

    [Fact]
    public async Task DemandNamed_OfAStrangerWhileKeyRingIsAway_IsTheAnswerForARingThatIsNotHere()
    {
        await SealAsync();
        fixture.KeyRing.Down = new DkmException(ErrorKind.Unavailable, Reasons.NotConnected, "down");
        fixture.KeyRing.Newest.End(fixture.KeyRing.Down);
        await Soon.True(() => fixture.Holder.Trouble is not null, "the stream to end");

        var held = fixture.Holder.Find(Mail);
        var refused = Assert.Throws<DkmException>(() => judge.DemandNamed(Caller(FakePolicy.Stranger), Mail, held, RingPermission.Encrypt));
        Assert.Equal((ErrorKind.Unavailable, Reasons.NotConnected), (refused.Kind, refused.Reason));
        judge.DemandNamed(Caller(FakePolicy.Worker), Mail, held, RingPermission.Encrypt);
    }

    [Fact]
    public async Task Open_BeforeAnyPolicyCame_IsNotReadyAndNotDenied()
    {
        var envelope = await SealAsync();
        policy.Ready = false;
        await AssertRefusedAsync(FakePolicy.Worker, envelope, ErrorKind.Unavailable, Reasons.NotReady);
    }

    [Fact]
    public async Task Open_LeaseEnded_IsToldToTheBoundAlone()
    {
        ring.PolicyStaleness = ring.KeyLease;
        var envelope = await SealAsync();
        fixture.Time.SetWall(HolderFixture.Start + ring.KeyLease);
        await AssertRefusedAsync(FakePolicy.Worker, envelope, ErrorKind.Unavailable, Reasons.LeaseEnded);
        await AssertRefusedAsync(FakePolicy.Stranger, envelope, ErrorKind.PermissionDenied, Reasons.KeyUnknownOrNotYours);
    }

    [Fact]
    public async Task Open_CertificateOfCryptoRefusedByKeyRing_IsUnavailableAndNotTheCallersFault()
    {
        var envelope = await SealAsync();
        fixture.Holder.Release(Mail);
        fixture.KeyRing.Down = new DkmException(ErrorKind.Unauthenticated, Reasons.CertificateExpired, "expired");
        await AssertRefusedAsync(FakePolicy.Worker, envelope, ErrorKind.Unavailable, Reasons.NotConnected);
    }

    [Fact]
    public async Task Fetch_OfARingThatCannotBeHad_IsForgottenAtOnce()
    {
        Assert.Null(await rings.FetchAsync("mail/nowhere", Token));
        Assert.Null(fixture.Holder.Find("mail/nowhere"));
        Assert.Equal(0, fixture.Holder.RingCount);
    }

    [Fact]
    public async Task Fetch_BeyondTheMaximumOfRings_IsResourceExhausted()
    {
        await using var small = new HolderFixture(new KeySetHolderOptions { AdoptResolvedRings = true, MaximumRings = 1 });
        small.KeyRing.Rings[Mail] = ring;
        var full = new RingDirectory(small.Holder, Options(), small.Time);
        await full.FetchAsync(Mail, Token);
        var refused = await Assert.ThrowsAsync<DkmException>(() => full.FetchAsync("mail/another", Token).AsTask());
        Assert.Equal((ErrorKind.ResourceExhausted, Reasons.TooMany), (refused.Kind, refused.Reason));
        Assert.NotNull(await full.FetchAsync(Mail, Token));
        Assert.Equal(20_000, Options().MaximumRings);
    }

    [Fact]
    public async Task Fetch_CancelledWhileKeyRingIsSilent_LeavesNothingWantedOnceNobodyWaits()
    {
        await SealAsync();
        fixture.KeyRing.Silent["mail/made-up"] = true;
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var calls = new[] { rings.FetchAsync("mail/made-up", first.Token).AsTask(), rings.FetchAsync("mail/made-up", second.Token).AsTask() };

        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calls[0]);
        Assert.NotNull(fixture.Holder.Find("mail/made-up"));

        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calls[1]);
        Assert.Null(fixture.Holder.Find("mail/made-up"));
        Assert.Equal(1, fixture.Holder.RingCount);
    }

    [Fact]
    public async Task Fetch_OfManyMadeUpKeysByOneCaller_LeavesTurnsToOthersEvenAfterSheHungUp()
    {
        await SealAsync();
        fixture.KeyRing.ResolveGate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var round = 0; round < 2; round++)
        {
            using var cancel = new CancellationTokenSource();
            var flood = Enumerable.Range(0, 100).Select(_ => rings.FetchAsync(FakePolicy.Stranger, KeyId.Create(HolderFixture.Start), cancel.Token).AsTask()).ToArray();
            await Soon.True(() => fixture.KeyRing.ResolveCalls == CallerTurns.AtOnce, "the questions");
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(flood));
        }

        var legitimate = rings.FetchAsync(FakePolicy.Worker, KeyId.Create(HolderFixture.Start), Token).AsTask();
        await Soon.True(() => fixture.KeyRing.ResolveCalls == CallerTurns.AtOnce + 1, "the other caller's question");
        fixture.KeyRing.ResolveGate.SetResult();
        Assert.Null(await legitimate);
    }

    [Fact]
    public async Task IdleRing_AfterItsTime_IsGivenUpAndFetchedAgainWhenNeeded()
    {
        var envelope = await SealAsync();
        using var idle = new IdleRings(fixture.Holder, Options(), fixture.Time, NullLogger<IdleRings>.Instance);
        await idle.StartAsync(Token);
        await Soon.True(
            () =>
            {
                fixture.Time.Advance(TimeSpan.FromMinutes(1));
                fixture.KeyRing.Newest.Send(new SubscribeResponse());
                return fixture.Holder.RingCount == 0;
            },
            "the ring to be given up");
        Assert.Equal(0, fixture.Holder.KeyCount);
        Assert.True(fixture.Time.GetUtcNow() - HolderFixture.Start >= Options().IdleRing);
        await idle.StopAsync(Token);

        var opening = this.opening.OpenAsync(Caller(FakePolicy.Worker), Request(envelope), Token).AsTask();
        await Soon.True(
            () =>
            {
                fixture.Time.Advance(TimeSpan.FromMilliseconds(50));
                return opening.IsCompleted;
            },
            "the envelope to be opened");
        Assert.Equal([1, 2, 3], (await opening).Plaintext);
    }

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    private static Caller Caller(SpiffeId id) => new(id, MethodTable.Find("/dkm.crypto.v1.CryptoService/Decrypt")!);

    private static OpenRequest Request(ByteString envelope) => OpenRequest.Read(envelope, new RepeatedField<ContextEntry>(), string.Empty);

    internal static CryptoOptions Options() => new()
    {
        Server = new ServerOptions
        {
            Service = DkmService.Crypto,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            CertificateFile = string.Empty,
            KeyFile = string.Empty,
            Trust = new TrustOptions { TrustDomain = "dkm.test" },
        },
        Access = new Uri("https://access.invalid"),
        KeyRing = new Uri("https://keyring.invalid"),
    };

    private void Bind(string group, params Permission[] permissions) =>
        ring.Bindings.Add(new Binding { Group = group, GroupUid = "uid-" + group, Permissions = { permissions } });

    private async Task<ByteString> SealAsync()
    {
        var held = await rings.FetchAsync(Mail, Token);
        judge.DemandNamed(Caller(FakePolicy.Worker), Mail, held, RingPermission.Encrypt);
        return Sealing.Seal(held!, [1, 2, 3], DkmContext.Empty, out _);
    }

    private async Task<DkmException> AssertRefusedAsync(SpiffeId caller, ByteString envelope, ErrorKind kind, string reason)
    {
        var refused = await Assert.ThrowsAsync<DkmException>(() => opening.OpenAsync(Caller(caller), Request(envelope), Token).AsTask());
        Assert.Equal((kind, reason), (refused.Kind, refused.Reason));
        return refused;
    }
}
