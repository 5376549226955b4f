namespace Dkm.UnitTests.Client;

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Testing.Client;
using Xunit;

/// <summary>What an explicit word of the server takes away, and what nothing else does.</summary>
public sealed class RevocationTests
{
    private static readonly byte[] Secret = [1, 2, 3];

    [Fact]
    public async Task Revocation_OfARing_ZeroesItsKeysAndSaysWhy()
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        var local = await fixture.HoldAsync();
        var key = fixture.Holder.Find(HolderFixture.Mail)!.Snapshot!.Keys[0];
        var cipher = key.Cipher(Dkm.Core.Suite.Xaes256Gcm);
        var envelope = local.Protect(Secret, HolderFixture.Context);

        fixture.KeyRing.Deny(HolderFixture.Mail, Reasons.NotBound, revoked: true);
        await Soon.True(() => fixture.Holder.KeyCount == 0, "no key in memory");

        Assert.Throws<ObjectDisposedException>(() => key.Cipher(Dkm.Core.Suite.Aegis256));
        Assert.Throws<ObjectDisposedException>(() => cipher.Seal(Secret, default, new byte[200]));
        foreach (var call in new Func<byte[]>[] { () => local.Protect(Secret, HolderFixture.Context), () => local.Unprotect(envelope, HolderFixture.Context) })
        {
            var refused = Assert.Throws<DkmException>(call);
            Assert.Equal((ErrorKind.PermissionDenied, Reasons.NotBound), (refused.Kind, refused.Reason));
            Assert.Equal("denied for the test: mail/connected-accounts NOT_BOUND", refused.Message);
        }
    }

    [Theory]
    [InlineData(Reasons.PolicyStale)]
    [InlineData(Reasons.NotReady)]
    [InlineData(Reasons.RootUnavailable)]
    public async Task Denial_ThatIsNoJudgement_TakesNothingAway(string reason)
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        var local = await fixture.HoldAsync();
        fixture.KeyRing.Rings[HolderFixture.Mail].PolicyStale = true;
        fixture.KeyRing.Deny(HolderFixture.Mail, reason, revoked: false);
        await fixture.SettleAsync();
        Assert.Equal(Secret, local.Unprotect(local.Protect(Secret, HolderFixture.Context), HolderFixture.Context));

        // And heartbeats of a server that cannot judge do not prolong it.
        fixture.Time.SetWall(HolderFixture.Start.AddHours(20));
        fixture.KeyRing.Beat();
        await fixture.SettleAsync();
        Assert.Equal(HolderFixture.Start.AddHours(24), fixture.Holder.Find(HolderFixture.Mail)!.LeaseEnd);
    }

    [Fact]
    public async Task Denial_OnANewStreamWhileTheLeaseLives_CountsWhenItIsRepeated()
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        var local = await fixture.HoldAsync();
        var first = fixture.KeyRing.Newest;
        fixture.KeyRing.Rings.TryRemove(HolderFixture.Mail, out var ring);
        await NewStreamAsync(fixture, first);
        await fixture.SettleAsync();
        Assert.Equal(Secret, local.Unprotect(local.Protect(Secret, HolderFixture.Context), HolderFixture.Context));

        // The replica lagged behind the one before: it asks again by itself, and all is well.
        fixture.KeyRing.Rings[HolderFixture.Mail] = ring!;
        var held = fixture.Holder.Find(HolderFixture.Mail)!;
        await AdvanceUntilAsync(fixture, () => held.DeliveredBy is not null, "the ring anew");

        // And once it is true: it is believed, not before a replica could lag no more.
        fixture.KeyRing.Rings.TryRemove(HolderFixture.Mail, out _);
        await NewStreamAsync(fixture, fixture.KeyRing.Newest);
        await fixture.SettleAsync();
        var since = fixture.Time.GetUtcNow();
        await AdvanceUntilAsync(fixture, () => held.IsDenied, "the denial");
        Assert.InRange(fixture.Time.GetUtcNow() - since, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(12));
        Assert.Equal(0, fixture.Holder.KeyCount);
    }

    [Fact]
    public async Task Stream_Ended_TakesNothingAway()
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        var local = await fixture.HoldAsync();
        fixture.KeyRing.Down = new DkmException(ErrorKind.Unauthenticated, Reasons.CertificateExpired, "expired");
        fixture.KeyRing.Newest.End(new DkmException(ErrorKind.PermissionDenied, Reasons.PermissionMissing, "no"));
        await Soon.True(() => fixture.Holder.Trouble is not null, "the end of the stream");

        Assert.Equal(Secret, local.Unprotect(local.Protect(Secret, HolderFixture.Context), HolderFixture.Context));
    }

    [Fact]
    public async Task Key_ThatLeftTheKeySet_IsZeroed()
    {
        await using var fixture = new HolderFixture();
        var ring = new FakeRing(HolderFixture.Mail);
        var old = ring.Add(HolderFixture.Start.AddDays(-1));
        fixture.KeyRing.Rings[ring.Name] = ring;
        await fixture.HoldAsync();
        Assert.True(fixture.Holder.TryFindKey(old.Id, out var found));
        ring.Set(old, Key.Types.State.Disabled);
        ring.Add(HolderFixture.Start);
        await fixture.PushAsync(ring);

        Assert.False(fixture.Holder.TryFindKey(old.Id, out _));
        Assert.Throws<ObjectDisposedException>(() => found.Key.Cipher(Dkm.Core.Suite.Aegis256));
    }

    [Fact]
    public async Task Denied_AtFirst_IsAskedForAgainAndThenWorks()
    {
        await using var fixture = new HolderFixture();
        var local = await fixture.HoldAsync();
        Assert.Equal(ErrorKind.PermissionDenied, Assert.Throws<DkmException>(() => local.Protect(Secret, HolderFixture.Context)).Kind);

        fixture.AddRing();
        var held = fixture.Holder.Find(HolderFixture.Mail)!;
        await Soon.True(
            () =>
            {
                fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
                fixture.KeyRing.Beat();
                return held.Snapshot is not null;
            },
            "the ring");
        Assert.Equal(Secret, local.Unprotect(local.Protect(Secret, HolderFixture.Context), HolderFixture.Context));
    }

    [Fact]
    public async Task UsableAsync_Denied_FailsAtOnceWithTheReason()
    {
        await using var fixture = new HolderFixture();
        var held = fixture.Holder.Want(HolderFixture.Mail);
        var refused = await Assert.ThrowsAsync<DkmException>(() => held.UsableAsync(TimeSpan.FromHours(1), TestContext.Current.CancellationToken).AsTask());
        Assert.Equal((ErrorKind.PermissionDenied, "denied for the test: mail/connected-accounts NOT_BOUND"), (refused.Kind, refused.Message));
    }

    [Fact]
    public async Task UsableAsync_CertificateRefused_FailsAtOnceWithTheReason()
    {
        await using var fixture = new HolderFixture();
        await Soon.True(() => !fixture.KeyRing.Subscriptions.IsEmpty, "a stream");
        fixture.KeyRing.Newest.End(new DkmException(ErrorKind.Unauthenticated, Reasons.CertificateDenied, "on the deny list"));
        await Soon.True(() => fixture.Holder.Trouble is not null, "its end");
        fixture.KeyRing.Down = new DkmException(ErrorKind.Unauthenticated, Reasons.CertificateDenied, "on the deny list");
        var waiting = fixture.Holder.Want(HolderFixture.Mail).UsableAsync(TimeSpan.FromHours(1), TestContext.Current.CancellationToken).AsTask();
        await Soon.True(
            () =>
            {
                fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
                return waiting.IsCompleted;
            },
            "the answer");

        var refused = await Assert.ThrowsAsync<DkmException>(() => waiting);
        Assert.Equal((ErrorKind.Unauthenticated, Reasons.CertificateDenied), (refused.Kind, refused.Reason));
    }

    [Fact]
    public async Task UsableAsync_KeyRingAway_FailsWhenTheTimeIsOverWithWhatIsInTheWay()
    {
        await using var fixture = new HolderFixture();
        await Soon.True(() => !fixture.KeyRing.Subscriptions.IsEmpty, "a stream");
        fixture.KeyRing.Down = new DkmException(ErrorKind.Unavailable, Reasons.NotConnected, "connection refused");
        fixture.KeyRing.Newest.End(fixture.KeyRing.Down);
        var waiting = fixture.Holder.Want(HolderFixture.Mail).UsableAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken).AsTask();
        await Soon.True(
            () =>
            {
                fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
                return waiting.IsCompleted;
            },
            "the answer");

        var refused = await Assert.ThrowsAsync<DkmException>(() => waiting);
        Assert.Equal((ErrorKind.Unavailable, Reasons.NotConnected), (refused.Kind, refused.Reason));
        Assert.Contains("connection refused", refused.Message, StringComparison.Ordinal);
        Assert.True(fixture.KeyRing.Subscriptions.Count is > 2 and < 30, "it is tried again, with pauses");
    }

    [Fact]
    public async Task Stream_SilentForTooLong_IsReplaced()
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        await fixture.HoldAsync();
        var silent = fixture.KeyRing.Newest;
        await Soon.True(
            () =>
            {
                fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
                return fixture.KeyRing.Newest != silent;
            },
            "a new stream");

        Assert.True(fixture.Time.GetUtcNow() - HolderFixture.Start >= TimeSpan.FromSeconds(5));
    }

    private static Task NewStreamAsync(HolderFixture fixture, FakeSubscription old)
    {
        old.End(new DkmException(ErrorKind.Unavailable, Reasons.PolicyStale, "another one may"));
        return Soon.True(
            () =>
            {
                fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
                return fixture.KeyRing.Newest != old;
            },
            "a new stream");
    }

    private static Task AdvanceUntilAsync(HolderFixture fixture, Func<bool> condition, string what) => Soon.True(
        () =>
        {
            fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
            fixture.KeyRing.Beat();
            return condition();
        },
        what);

    [Fact]
    public async Task Protect_WhileKeysComeAndGo_NeverSealsWithAKeyThatIsNotTheRings()
    {
        await using var fixture = new HolderFixture();
        var ring = fixture.AddRing();
        var local = await fixture.HoldAsync();
        var last = ring.Add(HolderFixture.Start.AddHours(-1));
        await fixture.PushAsync(ring);
        using var stop = new CancellationTokenSource();
        var workers = Enumerable.Range(0, 3).Select(_ => Task.Run(() => Work(stop.Token))).ToArray();

        for (var i = 1; i <= 150; i++)
        {
            var next = ring.Add(HolderFixture.Start.AddHours(-1).AddTicks(i));
            ring.Set(last, Key.Types.State.Archived);
            last = next;
            await fixture.PushAsync(ring);
            fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        // A worker may be waiting for an archived key whose answer was overtaken by a push: it asks again after a pause, for which the clock must go on.
        await stop.CancelAsync();
        await Soon.True(
            () =>
            {
                fixture.Time.Advance(TimeSpan.FromMilliseconds(100));
                fixture.KeyRing.Beat();
                return workers.All(worker => worker.IsCompleted);
            },
            "the workers' end");
        Assert.All(await Task.WhenAll(workers), rounds => Assert.True(rounds > 0));

        int Work(CancellationToken end)
        {
            var rounds = 0;
            while (!end.IsCancellationRequested)
            {
                var envelope = local.Protect(Secret, HolderFixture.Context);
                Assert.Equal(Secret, Opened(envelope));
                rounds++;
            }

            return rounds;
        }

        // Key sets come here as fast as they can be applied, and each drops what was looked up by its id: to be told to try again is a fair answer then.
        byte[] Opened(byte[] envelope)
        {
            while (true)
            {
                try
                {
                    return local.Unprotect(envelope, HolderFixture.Context);
                }
                catch (DkmException e) when (e.Kind == ErrorKind.Unavailable)
                {
                }
            }
        }
    }
}
