namespace Dkm.UnitTests.Core.Envelopes;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core.Envelopes;
using Microsoft.Extensions.Time.Testing;
using Xunit;

public sealed class XaesLaneTests : IDisposable
{
    private readonly XaesKey key = XaesKey.From(new byte[32]);
    private readonly FakeTimeProvider time = new();

    public void Dispose() => key.Dispose();

    [Fact]
    public void NextForSeal_WithinTheLimits_HoldsThePrefixAndRenewsTheRest()
    {
        using var lane = new XaesLane(key, time);
        var nonces = Enumerable.Range(0, 1_000).Select(_ => Next(lane, 256)).ToList();
        Assert.Single(nonces.Select(nonce => nonce[..24]).Distinct());
        Assert.Equal(1_000, nonces.Select(nonce => nonce[24..]).Distinct().Count());
    }

    [Fact]
    public void NextForSeal_After65536Messages_TakesANewPrefix()
    {
        using var lane = new XaesLane(key, time);
        var prefixes = new List<string>();
        for (var i = 0; i <= 1 << 16; i++)
        {
            prefixes.Add(Next(lane, 0)[..24]);
        }

        Assert.Single(prefixes[..^1].Distinct());
        Assert.NotEqual(prefixes[0], prefixes[^1]);
    }

    [Fact]
    public void NextForSeal_BeforeOneGibibyteIsPassed_TakesANewPrefix()
    {
        using var lane = new XaesLane(key, time);
        var first = Next(lane, 1 << 29)[..24];
        Assert.Equal(first, Next(lane, 1 << 29)[..24]);
        Assert.NotEqual(first, Next(lane, 1)[..24]);
    }

    [Fact]
    public void NextForSeal_AfterAMinute_TakesANewPrefix()
    {
        using var lane = new XaesLane(key, time);
        var first = Next(lane, 0)[..24];
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(first, Next(lane, 0)[..24]);
        time.Advance(TimeSpan.FromTicks(1));
        Assert.NotEqual(first, Next(lane, 0)[..24]);
    }

    [Fact]
    public void TryOpen_MorePrefixesThanRemembered_StillOpens()
    {
        using var lane = new XaesLane(key, time);
        var messages = Enumerable.Range(0, 30).Select(i =>
        {
            using var sealing = new XaesLane(key, time);
            var nonce = new byte[XaesKey.NonceLength];
            var body = new byte[1 + XaesKey.TagLength];
            sealing.NextForSeal(nonce, 1).Encrypt(nonce.AsSpan(12), [(byte)i], body.AsSpan(0, 1), body.AsSpan(1));
            return (nonce, body);
        }).ToList();
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < messages.Count; i++)
            {
                // Twice: derived afresh, then from memory.
                Assert.Equal(i, OpenOne(lane, messages[i].nonce, messages[i].body));
                Assert.Equal(i, OpenOne(lane, messages[i].nonce, messages[i].body));
            }
        }
    }

    // A forged prefix must not push a remembered key out; a forgery under a remembered prefix must not spoil it.
    [Fact]
    public void TryOpen_Forgeries_LeaveTheRememberedAlone()
    {
        using var lane = new XaesLane(key, time);
        var nonce = new byte[XaesKey.NonceLength];
        var body = new byte[1 + XaesKey.TagLength];
        lane.NextForSeal(nonce, 1).Encrypt(nonce.AsSpan(12), [7], body.AsSpan(0, 1), body.AsSpan(1));
        Assert.Equal(7, OpenOne(lane, nonce, body));
        for (var i = 0; i < 100; i++)
        {
            var forged = nonce.ToArray();
            forged[i % 24] ^= 0x55;
            Assert.Null(OpenOne(lane, forged, body));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Span<byte> plaintext = stackalloc byte[1];
        Assert.True(lane.TryOpen(nonce, [], body, plaintext));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string Next(XaesLane lane, int length)
    {
        Span<byte> nonce = stackalloc byte[XaesKey.NonceLength];
        lane.NextForSeal(nonce, length);
        return Convert.ToHexString(nonce);
    }

    private static int? OpenOne(XaesLane lane, byte[] nonce, byte[] body)
    {
        Span<byte> plaintext = stackalloc byte[1];
        return lane.TryOpen(nonce, [], body, plaintext) ? plaintext[0] : null;
    }
}
