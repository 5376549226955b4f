namespace Dkm.UnitTests.KeyRing;

using System;
using System.Linq;
using Dkm.Core;
using Dkm.KeyRing.Distribution;
using Dkm.KeyRing.Rings;
using Dkm.Testing.Services;
using Microsoft.Extensions.Time.Testing;
using Xunit;

public sealed class HolderRegistryTests
{
    [Theory]
    [InlineData(true, 60, 0)]
    [InlineData(true, 61, 1)]
    [InlineData(false, 0, 1)]
    public void Holders_SaysThatItGoesAwaySoon_CountsWhenItHasStayed(bool transient, int seconds, int holders)
    {
        var time = new FakeTimeProvider(RollingRing.Start);
        using var registry = new HolderRegistry(new RingCatalog(), new FakeMembership(), time);
        var stream = new HolderStream(SpiffeId.Parse("spiffe://dkm.test/ns/mail/sa/worker"), time.GetUtcNow()) { Transient = transient };
        registry.Add(stream);
        registry.Want(stream, "ring");
        stream.Find("ring")!.SentRevision = 1;

        time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(holders, registry.Holders("ring").Count());
    }
}
