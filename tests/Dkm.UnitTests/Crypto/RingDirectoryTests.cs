namespace Dkm.UnitTests.Crypto;

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client.KeySets;
using Dkm.Core;
using Dkm.Crypto.Operations;
using Dkm.Crypto.Rings;
using Dkm.Crypto.V1;
using Dkm.Hosting;
using Dkm.KeyRing.V1;
using Dkm.Testing.Client;
using Dkm.UnitTests.Client;
using Google.Protobuf;
using Xunit;

/// <summary>What names and outages tell a stranger, and what stays in memory of a call that failed.</summary>
public sealed class RingDirectoryTests : IAsyncDisposable
{
    private const string Mail = HolderFixture.Mail;
    private const string Nowhere = "mail/nowhere";

    private readonly HolderFixture fixture = new(new KeySetHolderOptions { AdoptResolvedRings = true });
    private readonly FakePolicy policy = new();
    private readonly FakeRing ring;
    private readonly RingDirectory rings;
    private readonly CryptoEndpoint endpoint;

    public RingDirectoryTests()
    {
        ring = fixture.AddRing();
        ring.Bindings.Add(new Binding { Group = "workers", GroupUid = "uid-workers", Permissions = { Permission.Encrypt, Permission.Decrypt } });
        rings = new RingDirectory(fixture.Holder, OpeningTests.Options(), fixture.Time);
        var judge = new Judge(policy, new ElevationClock(policy, fixture.Time), fixture.Holder);
        var opening = new Opening(rings, judge);
        endpoint = new CryptoEndpoint(rings, judge, new Elevations(policy, new ElevationClock(policy, fixture.Time), () => throw new NotSupportedException()), opening, new BatchOpening(rings, opening), new Description(rings, judge, fixture.Time));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fetch_OfANameDeniedLessThanASecondAgo_IsNotAskedAgain()
    {
        Assert.Null(await rings.FetchAsync(Nowhere, Token));
        for (var call = 0; call < 5; call++)
        {
            fixture.Time.Advance(TimeSpan.FromMilliseconds(199));
            Assert.Null(await rings.FetchAsync(Nowhere, Token));
        }

        Assert.Equal(1, TimesAsked(Nowhere));

        // However often it was asked for meanwhile, a ring that was just made is there after the second.
        fixture.AddRing(Nowhere, "uid-2");
        fixture.Time.Advance(TimeSpan.FromMilliseconds(5));
        Assert.NotNull(await rings.FetchAsync(Nowhere, Token));
    }

    [Fact]
    public async Task Fetch_OfARingThatIsOnlyPutOff_IsAskedAgainAtOnce()
    {
        ring.PolicyStale = true;
        var call = rings.FetchAsync(Mail, Token).AsTask();
        await Soon.True(() => TimesAsked(Mail) == 1, "the question");
        await Soon.True(
            () =>
            {
                fixture.Time.Advance(TimeSpan.FromSeconds(1));
                return call.IsCompleted;
            },
            "the end of patience");
        await Assert.ThrowsAsync<DkmException>(() => call);

        ring.PolicyStale = false;
        Assert.NotNull(await rings.FetchAsync(Mail, Token).AsTask().WaitAsync(HolderFixture.Patience, Token));
    }

    [Fact]
    public async Task Encrypt_OfAStrangerWhileKeyRingIsAway_IsOneAnswerAtOnceForRingsThatAreHereOrNowhere()
    {
        await rings.FetchAsync(Mail, Token);
        Assert.Null(await rings.FetchAsync("mail/denied", Token));
        fixture.KeyRing.Down = new DkmException(ErrorKind.Unavailable, Reasons.NotConnected, "down");
        fixture.KeyRing.Newest.End(fixture.KeyRing.Down);
        await Soon.True(() => fixture.Holder.Trouble is not null, "the stream to end");

        // The clock stands still: who waited for KeyRing would wait for ever.
        var held = await RefusedAsync(FakePolicy.Stranger, Mail);
        foreach (var name in new[] { Nowhere, "mail/denied" })
        {
            var refused = await RefusedAsync(FakePolicy.Stranger, name);
            Assert.Equal((held.Kind, held.Reason, held.Message), (refused.Kind, refused.Reason, refused.Message));
        }

        Assert.Equal((ErrorKind.Unavailable, Reasons.NotConnected), (held.Kind, held.Reason));
    }

    [Fact]
    public async Task Encrypt_ThatFails_LeavesNoPlaintext()
    {
        var denied = new EncryptRequest { KeyRing = Mail, Plaintext = Plaintext() };
        await Assert.ThrowsAsync<DkmException>(() => endpoint.Encrypt(denied, Context(FakePolicy.Stranger)));
        Assert.All(denied.Plaintext, one => Assert.Equal(0, one));

        var misnamed = new EncryptRequest { KeyRing = "..", Plaintext = Plaintext() };
        await Assert.ThrowsAsync<DkmException>(() => endpoint.Encrypt(misnamed, Context(FakePolicy.Worker)));
        Assert.All(misnamed.Plaintext, one => Assert.Equal(0, one));

        var batch = new BatchEncryptRequest { KeyRing = Mail, Items = { new BatchEncryptItem { Plaintext = Plaintext() } } };
        await Assert.ThrowsAsync<DkmException>(() => endpoint.BatchEncrypt(batch, Context(FakePolicy.Stranger)));
        Assert.All(batch.Items[0].Plaintext, one => Assert.Equal(0, one));
    }

    [Fact]
    public async Task Encrypt_ThatSucceeds_LeavesNoPlaintext()
    {
        var single = new EncryptRequest { KeyRing = Mail, Plaintext = Plaintext() };
        var sealedOne = await endpoint.Encrypt(single, Context(FakePolicy.Worker));
        Assert.All(single.Plaintext, one => Assert.Equal(0, one));

        var batch = new BatchEncryptRequest { KeyRing = Mail, Items = { new BatchEncryptItem { Plaintext = Plaintext() } } };
        var sealedBatch = await endpoint.BatchEncrypt(batch, Context(FakePolicy.Worker));
        Assert.All(batch.Items[0].Plaintext, one => Assert.Equal(0, one));

        foreach (var envelope in new[] { sealedOne.Envelope, sealedBatch.Results[0].Envelope })
        {
            Assert.Equal(Plaintext(), (await endpoint.Decrypt(new DecryptRequest { Envelope = envelope }, Context(FakePolicy.Worker))).Plaintext);
        }
    }

    [Fact]
    public async Task SealFresh_LeaseEndedMeanwhile_LeavesNoDataKey()
    {
        var held = await rings.FetchAsync(Mail, Token);
        fixture.Time.SetWall(HolderFixture.Start + ring.KeyLease);
        var dataKey = new byte[32];
        var refused = Assert.Throws<DkmException>(() => Sealing.SealFresh(held!, dataKey, DkmContext.Empty, out _));
        Assert.Equal(Reasons.LeaseEnded, refused.Reason);
        Assert.All(dataKey, one => Assert.Equal(0, one));
    }

    public ValueTask DisposeAsync() => fixture.DisposeAsync();

    private static ByteString Plaintext() => ByteString.CopyFromUtf8("the secret");

    private static FakeCallContext Context(SpiffeId id) => new(new Caller(id, MethodTable.Find("/dkm.crypto.v1.CryptoService/Encrypt")!));

    private int TimesAsked(string name) =>
        fixture.KeyRing.Subscriptions.Sum(stream => stream.Heard.Count(message => message.Want?.KeyRings.Contains(name) == true));

    private Task<DkmException> RefusedAsync(SpiffeId id, string name) => Assert.ThrowsAsync<DkmException>(
        () => endpoint.Encrypt(new EncryptRequest { KeyRing = name }, Context(id)).WaitAsync(HolderFixture.Patience, Token));
}
