namespace Dkm.UnitTests.KeyRing;

using System;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.KeyRing.Distribution;
using Xunit;

public sealed class HolderStreamTests
{
    private readonly HolderStream stream = new(SpiffeId.Parse("spiffe://dkm.test/ns/a/sa/b"), RollingRing.Start);

    [Fact]
    public void Mark_ManyTimesBeforeTheReaderComes_OneLook()
    {
        stream.Want("ring");
        for (var i = 0; i < 1000; i++)
        {
            stream.Mark("ring");
        }

        Assert.Equal("ring", stream.Next(out var asked)!.Name);
        Assert.True(asked);
        Assert.Null(stream.Next(out _));
    }

    [Fact]
    public void Mark_WhatIsNotWanted_NothingToDo()
    {
        stream.Mark("other");

        Assert.Null(stream.Next(out _));
    }

    [Fact]
    public async Task WaitAsync_Marked_WakesAtOnce()
    {
        stream.Want("ring");

        Assert.True(await stream.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Release_WhileQueued_IsNotLookedAt()
    {
        stream.Want("ring");
        stream.Release("ring");

        Assert.Null(stream.Next(out _));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TakesWants_AsManyUnansweredAsMayBe_NoMoreUntilTheReaderComes(bool releasesEach)
    {
        var wants = 0;
        while (stream.TakesWants)
        {
            var name = releasesEach ? "ring" : $"ring-{wants}";
            stream.Want(name);
            _ = !releasesEach || stream.Release(name);
            Assert.InRange(++wants, 1, HolderStream.MaximumUnanswered);
        }

        Assert.Equal(HolderStream.MaximumUnanswered, wants);
        Looks();
        Assert.True(stream.TakesWants);
    }

    [Fact]
    public void TakesWants_ManyWantedThatWereAnsweredAndHaveChanged_StillDoes()
    {
        for (var i = 0; i < 2 * HolderStream.MaximumUnanswered; i++)
        {
            stream.Want($"ring-{i}");
            stream.Next(out _);
        }

        stream.MarkAll();

        Assert.True(stream.TakesWants);
    }

    [Fact]
    public void Want_BeyondTheMaximum_ThatOneIsRefusedOnceAndForgotten()
    {
        for (var i = 0; i < HolderStream.MaximumWanted; i++)
        {
            stream.Want($"ring-{i}");
            stream.Next(out _);
        }

        Assert.False(stream.Want("one-more"));
        Assert.Equal(("one-more", true), (stream.Next(out var asked)!.Name, asked));
        Assert.Null(stream.Find("one-more"));
        Assert.Null(stream.Next(out _));
        Assert.True(stream.Want("ring-0"));
    }

    [Fact]
    public void ForgetDenied_BeyondTheMaximum_IsWantedNoMoreUntilAskedForAgain()
    {
        Deny(HolderStream.MaximumDenied);
        stream.Want("one-more");
        var more = stream.Next(out _)!;

        Assert.True(stream.ForgetDenied(more));
        stream.MarkAll();
        Assert.Equal(HolderStream.MaximumDenied, Looks());
        stream.Want("one-more");
        Assert.Equal("one-more", stream.Next(out _)!.Name);
    }

    [Fact]
    public void ForgetDenied_AskedForAgainMeanwhile_IsAnsweredFirst()
    {
        Deny(HolderStream.MaximumDenied);
        stream.Want("one-more");
        var more = stream.Next(out _)!;
        stream.Want("one-more");

        Assert.False(stream.ForgetDenied(more));
        Assert.Equal(more, stream.Next(out var asked));
        Assert.True(asked);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ForgetDenied_OneThatWasDeniedIsGrantedOrReleased_ItsPlaceIsFree(bool granted)
    {
        Deny(HolderStream.MaximumDenied);
        if (granted)
        {
            stream.Granted(stream.Find("denied-0")!);
        }
        else
        {
            stream.Release("denied-0");
        }

        stream.Want("one-more");
        Assert.False(stream.ForgetDenied(stream.Next(out _)!));
        stream.Want("two-more");
        Assert.True(stream.ForgetDenied(stream.Next(out _)!));
    }

    [Fact]
    public void Acknowledge_MoreThanWasSent_DoesNotCount()
    {
        stream.Want("ring");
        var ring = stream.Next(out _)!;
        ring.SentRevision = 3;

        stream.Acknowledge("ring", 4);
        Assert.Equal(0, ring.AcknowledgedRevision);
        stream.Acknowledge("ring", 3);
        stream.Acknowledge("ring", 2);
        Assert.Equal(3, ring.AcknowledgedRevision);
    }

    [Fact]
    public void Renewed_LeasesOfHeldRingsAlone()
    {
        stream.Want("held");
        stream.Want("denied");
        stream.Find("held")!.SentRevision = 1;

        stream.Renewed(RollingRing.Start);

        Assert.Equal([RollingRing.Start, default], stream.Wanted().OrderByDescending(ring => ring.Held).Select(ring => ring.LeaseStart));
    }

    private void Deny(int count)
    {
        for (var i = 0; i < count; i++)
        {
            stream.Want($"denied-{i}");
            Assert.False(stream.ForgetDenied(stream.Next(out _)!));
        }
    }

    private int Looks()
    {
        var count = 0;
        while (stream.Next(out _) is not null)
        {
            count++;
        }

        return count;
    }
}
