namespace Dkm.UnitTests.Core.Secrets;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Threading;
using Dkm.Core.Secrets;
using Xunit;

public sealed class SecretBytesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(4_096)]
    [InlineData(4_097)]
    [InlineData(200_000)]
    public void CopyFrom_AnyLength_ReadsTheSame(int length)
    {
        var source = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
        using var secret = SecretBytes.CopyFrom(source);
        using var reader = secret.Read();
        Assert.Equal(length, secret.Length);
        Assert.True(reader.Span.SequenceEqual(source));
    }

    [Fact]
    public void CopyFrom_Nothing_Throws() => Assert.Throws<ArgumentOutOfRangeException>(() => SecretBytes.CopyFrom([]));

    // The length is of a cell size that nothing else uses, so nobody rents the cell between the zeroing and the look.
    [Fact]
    public void Dispose_NoReader_ZeroesAtOnce()
    {
        var secret = SecretBytes.Random(1_500);
        var view = Peek(secret);
        Assert.True(view.ContainsAnyExcept((byte)0));
        secret.Dispose();
        Assert.False(view.ContainsAnyExcept((byte)0));
        Assert.Throws<ObjectDisposedException>(() => secret.Read().Dispose());
    }

    [Fact]
    public void Dispose_WhileRead_ZeroesWhenTheLastReaderLeaves()
    {
        var secret = SecretBytes.Random(3_000);
        var view = Peek(secret);
        var first = secret.Read();
        var second = secret.Read();
        secret.Dispose();
        secret.Dispose();
        first.Dispose();
        Assert.True(view.ContainsAnyExcept((byte)0));
        second.Dispose();
        Assert.False(view.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Create_FillThrows_PassesItOn() =>
        Assert.Throws<InvalidOperationException>(() => SecretBytes.Create(32, 0, static (_, _) => throw new InvalidOperationException()));

    [Fact]
    public void Create_UsedCell_IsHandedOutZeroed()
    {
        for (var i = 0; i < 100; i++)
        {
            using var secret = SecretBytes.Create(700, 0, static (span, _) => Assert.False(span.ContainsAnyExcept((byte)0)));
            using var dirty = SecretBytes.Random(700);
        }
    }

    [Fact]
    public void CopyFrom_MoreThanASlab_NoTwoShareMemory()
    {
        var secrets = new List<SecretBytes>();
        for (var i = 0; i < 5_000; i++)
        {
            secrets.Add(SecretBytes.CopyFrom(BitConverter.GetBytes(i)));
        }

        for (var i = 0; i < secrets.Count; i++)
        {
            using var reader = secrets[i].Read();
            Assert.Equal(i, BitConverter.ToInt32(reader.Span));
            secrets[i].Dispose();
        }
    }

    [Fact]
    public void Read_ManyThreadsAgainstDispose_NeverSeeItHalfGone()
    {
        for (var round = 0; round < 50; round++)
        {
            var secret = SecretBytes.CopyFrom(Enumerable.Repeat((byte)0xA5, 64).ToArray());
            var torn = 0;
            using var start = new Barrier(4);
            var readers = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                try
                {
                    while (true)
                    {
                        using var reader = secret.Read();
                        if (reader.Span.ContainsAnyExcept((byte)0xA5))
                        {
                            Interlocked.Increment(ref torn);
                            return;
                        }
                    }
                }
                catch (ObjectDisposedException)
                {
                    // The end that the test waits for.
                }
            })).ToList();
            readers.ForEach(thread => thread.Start());
            start.SignalAndWait(TestContext.Current.CancellationToken);
            secret.Dispose();
            readers.ForEach(thread => thread.Join());
            Assert.Equal(0, torn);
        }
    }

    private static ReadOnlySpan<byte> Peek(SecretBytes secret)
    {
        using var reader = secret.Read();
        return MemoryMarshal.CreateReadOnlySpan(ref MemoryMarshal.GetReference(reader.Span), secret.Length);
    }
}
