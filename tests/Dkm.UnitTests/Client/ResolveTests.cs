namespace Dkm.UnitTests.Client;

using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Client.KeySets;
using Dkm.Core;
using Dkm.KeyRing.V1;
using Dkm.Testing.Client;
using Xunit;

/// <summary>Envelopes whose key is not in the key set.</summary>
public sealed class ResolveTests
{
    private static readonly byte[] Secret = [1, 2, 3];

    [Fact]
    public async Task Unprotect_OfAnArchivedKey_JustWorks()
    {
        await using var fixture = new HolderFixture();
        var (local, envelope, _) = await ArchiveAsync(fixture);

        Assert.Equal(Secret, local.Unprotect(envelope, HolderFixture.Context));
        Assert.Equal(Secret, local.Unprotect(envelope, HolderFixture.Context));
        Assert.Equal(1, fixture.KeyRing.ResolveCalls);
    }

    [Fact]
    public async Task UnprotectAsync_OfOneUnknownKeyByMany_AsksOnce()
    {
        await using var fixture = new HolderFixture();
        var (local, envelope, _) = await ArchiveAsync(fixture);
        fixture.KeyRing.ResolveGate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = Enumerable.Range(0, 50)
            .Select(_ => local.UnprotectAsync(envelope, HolderFixture.Context, TestContext.Current.CancellationToken).AsTask())
            .ToArray();
        await Soon.True(() => fixture.KeyRing.ResolveCalls > 0, "the question");
        fixture.KeyRing.ResolveGate.SetResult();

        Assert.All(await Task.WhenAll(all), plaintext => Assert.Equal(Secret, plaintext));
        Assert.Equal(1, fixture.KeyRing.ResolveCalls);
    }

    [Fact]
    public async Task UnprotectAsync_CancelledByOneOfTwo_StillAnswersTheOther()
    {
        await using var fixture = new HolderFixture();
        var (local, envelope, _) = await ArchiveAsync(fixture);
        fixture.KeyRing.ResolveGate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var cancel = new CancellationTokenSource();
        var first = local.UnprotectAsync(envelope, HolderFixture.Context, cancel.Token).AsTask();
        var second = local.UnprotectAsync(envelope, HolderFixture.Context, TestContext.Current.CancellationToken).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        fixture.KeyRing.ResolveGate.SetResult();
        Assert.Equal(Secret, await second);
    }

    [Fact]
    public async Task Unprotect_OfAnUnknownKey_IsDeniedAndNotAskedAgainAtOnce()
    {
        await using var fixture = new HolderFixture();
        fixture.AddRing();
        var local = await fixture.HoldAsync();
        var foreign = await ForeignEnvelopeAsync();

        for (var i = 0; i < 3; i++)
        {
            var refused = Assert.Throws<DkmException>(() => local.Unprotect(foreign, HolderFixture.Context));
            Assert.Equal((ErrorKind.PermissionDenied, Reasons.KeyUnknownOrNotYours), (refused.Kind, refused.Reason));
        }

        Assert.Equal(1, fixture.KeyRing.ResolveCalls);
        fixture.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Throws<DkmException>(() => local.Unprotect(foreign, HolderFixture.Context));
        Assert.Equal(2, fixture.KeyRing.ResolveCalls);
    }

    [Fact]
    public async Task Unprotect_OfAKeyDeniedBeforeThatNowIsPushed_Opens()
    {
        await using var fixture = new HolderFixture();
        var ring = fixture.AddRing();
        var local = await fixture.HoldAsync();
        var elsewhere = new FakeRing(HolderFixture.Mail);
        var fresh = elsewhere.Add(HolderFixture.Start);
        var envelope = await SealElsewhereAsync(elsewhere);
        Assert.Throws<DkmException>(() => local.Unprotect(envelope, HolderFixture.Context));

        ring.Replace(ring.Add(HolderFixture.Start), fresh);
        await fixture.PushAsync(ring);

        Assert.Equal(Secret, local.Unprotect(envelope, HolderFixture.Context));
    }

    [Fact]
    public async Task Unprotect_OfAResolvedKeyAfterTheRingChanged_AsksAgain()
    {
        await using var fixture = new HolderFixture();
        var (local, envelope, old) = await ArchiveAsync(fixture);
        var ring = fixture.KeyRing.Rings[HolderFixture.Mail];
        local.Unprotect(envelope, HolderFixture.Context);

        ring.Set(old, Key.Types.State.Disabled);
        await fixture.PushAsync(ring);

        var refused = Assert.Throws<DkmException>(() => local.Unprotect(envelope, HolderFixture.Context));
        Assert.Equal((ErrorKind.FailedPrecondition, Reasons.KeyState), (refused.Kind, refused.Reason));
        Assert.Equal(2, fixture.KeyRing.ResolveCalls);
    }

    [Fact]
    public async Task Resolve_AnsweredByAReplicaThatIsBehind_IsNotBelieved()
    {
        await using var fixture = new HolderFixture();
        var (local, envelope, _) = await ArchiveAsync(fixture);
        var ring = fixture.KeyRing.Rings[HolderFixture.Mail];
        ring.ResolveRevision = ring.Revision - 1;
        var opening = local.UnprotectAsync(envelope, HolderFixture.Context, TestContext.Current.CancellationToken).AsTask();
        await Soon.True(() => fixture.KeyRing.ResolveCalls == 1, "the first answer");
        Assert.False(opening.IsCompleted);

        ring.ResolveRevision = null;
        await Soon.True(
            () =>
            {
                fixture.Time.Advance(TimeSpan.FromMilliseconds(20));
                return opening.IsCompleted;
            },
            "the second answer");
        Assert.Equal(Secret, await opening);
    }

    [Fact]
    public async Task ResolvedKeys_BeyondTheCapacity_LeaveMemory()
    {
        await using var fixture = new HolderFixture(new KeySetHolderOptions { ResolvedKeyCapacity = 2 });
        var ring = new FakeRing(HolderFixture.Mail);
        fixture.KeyRing.Rings[ring.Name] = ring;
        var envelopes = new byte[5][];
        var local = default(Dkm.Client.LocalRing);
        for (var i = 0; i < envelopes.Length; i++)
        {
            ring.Add(HolderFixture.Start.AddDays(-9 + i));
            local ??= await fixture.HoldAsync();
            await fixture.PushAsync(ring);
            envelopes[i] = local.Protect(Secret, HolderFixture.Context);
        }

        ring.ArchiveAllButNewest();
        await fixture.PushAsync(ring);
        Assert.All(envelopes, envelope => Assert.Equal(Secret, local!.Unprotect(envelope, HolderFixture.Context)));

        Assert.Equal(4, fixture.KeyRing.ResolveCalls);
        Assert.Equal(3, fixture.Holder.KeyCount);
    }

    [Fact]
    public async Task Unprotect_KeyRingDown_IsUnavailable()
    {
        await using var fixture = new HolderFixture();
        var (local, envelope, _) = await ArchiveAsync(fixture);
        fixture.KeyRing.Down = new DkmException(ErrorKind.Unavailable, Reasons.NotConnected, "down");
        var refused = Assert.Throws<DkmException>(() => local.Unprotect(envelope, HolderFixture.Context));
        Assert.Equal(ErrorKind.Unavailable, refused.Kind);

        fixture.KeyRing.Down = null;
        Assert.Equal(Secret, local.Unprotect(envelope, HolderFixture.Context));
    }

    /// <summary>An envelope of a key that then was archived and left the key set.</summary>
    private static async Task<(Dkm.Client.LocalRing Local, byte[] Envelope, FakeKey Old)> ArchiveAsync(HolderFixture fixture)
    {
        var ring = new FakeRing(HolderFixture.Mail);
        var old = ring.Add(HolderFixture.Start.AddDays(-2));
        fixture.KeyRing.Rings[ring.Name] = ring;
        var local = await fixture.HoldAsync();
        var envelope = local.Protect(Secret, HolderFixture.Context);
        ring.Add(HolderFixture.Start);
        ring.Set(old, Key.Types.State.Archived);
        await fixture.PushAsync(ring);
        return (local, envelope, old);
    }

    private static async Task<byte[]> ForeignEnvelopeAsync()
    {
        var ring = new FakeRing(HolderFixture.Mail);
        ring.Add(HolderFixture.Start);
        return await SealElsewhereAsync(ring);
    }

    private static async Task<byte[]> SealElsewhereAsync(FakeRing ring)
    {
        await using var elsewhere = new HolderFixture();
        elsewhere.KeyRing.Rings[ring.Name] = ring;
        return (await elsewhere.HoldAsync()).Protect(Secret, HolderFixture.Context);
    }
}
