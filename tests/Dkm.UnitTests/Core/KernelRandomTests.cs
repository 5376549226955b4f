namespace Dkm.UnitTests.Core;

using System;
using System.Collections.Concurrent;
using System.Linq;
using System.Threading;
using Dkm.Core;
using Xunit;

public sealed class KernelRandomTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(12)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(5_000)]
    public void Fill_AnyLength_ReachesEveryByteAndNoOther(int length)
    {
        var everSet = new byte[length + 2];
        for (var i = 0; i < 64; i++)
        {
            var bytes = new byte[length + 2];
            KernelRandom.Fill(bytes.AsSpan(1, length));
            for (var j = 0; j < bytes.Length; j++)
            {
                everSet[j] |= bytes[j];
            }
        }

        // A byte that is zero 64 times has a chance of 2^-512.
        Assert.All(everSet[1..^1], value => Assert.NotEqual(0, value));
        Assert.Equal(0, everSet[0] | everSet[^1]);
    }

    [Fact]
    public void Fill_Nothing_IsAllowed() => KernelRandom.Fill([]);

    [Fact]
    public void Fill_ManyThreads_NeverRepeats()
    {
        var seen = new ConcurrentDictionary<UInt128, bool>();
        var threads = Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            Span<byte> bytes = stackalloc byte[16];
            for (var i = 0; i < 5_000; i++)
            {
                KernelRandom.Fill(bytes);
                seen.TryAdd(BitConverter.ToUInt128(bytes), true);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal(8 * 5_000, seen.Count);
    }

    // States go back to a pool with their threads; a thread that gets a used one must not get its stream.
    [Fact]
    public void Fill_ThreadsThatComeAndGo_NeverRepeat()
    {
        var seen = new ConcurrentDictionary<UInt128, bool>();
        for (var i = 0; i < 200; i++)
        {
            var thread = new Thread(() =>
            {
                Span<byte> bytes = stackalloc byte[16];
                KernelRandom.Fill(bytes);
                seen.TryAdd(BitConverter.ToUInt128(bytes), true);
            });
            thread.Start();
            thread.Join();
            if (i % 50 == 0)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        Assert.Equal(200, seen.Count);
    }
}
