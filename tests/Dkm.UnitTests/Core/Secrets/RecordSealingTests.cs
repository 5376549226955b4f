namespace Dkm.UnitTests.Core.Secrets;

using System;
using System.Linq;
using Dkm.Core.Secrets;
using Xunit;

public sealed class RecordSealingTests
{
    private static readonly byte[] Path = "/dkm/v1/keyring/rings/a"u8.ToArray();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void TryOpen_OwnSealing_GivesThePlaintext(int length)
    {
        using var key = SecretBytes.Random(32);
        var plaintext = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        var record = RecordSealing.Seal(key, plaintext, Path);
        Assert.Equal(length + RecordSealing.Overhead, record.Length);
        Assert.True(RecordSealing.TryOpen(key, record, Path, out var opened));
        Assert.Equal(plaintext, opened);
    }

    [Fact]
    public void TryOpen_EveryBitFlipped_IsFalse()
    {
        using var key = SecretBytes.Random(32);
        var record = RecordSealing.Seal(key, "group"u8, Path);
        for (var bit = 0; bit < record.Length * 8; bit++)
        {
            record[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(RecordSealing.TryOpen(key, record, Path, out _));
            record[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void TryOpen_MovedOrForeign_IsFalse()
    {
        using var key = SecretBytes.Random(32);
        using var other = SecretBytes.Random(32);
        var record = RecordSealing.Seal(key, "group"u8, Path);
        Assert.False(RecordSealing.TryOpen(key, record, "/dkm/v1/keyring/rings/b"u8, out _));
        Assert.False(RecordSealing.TryOpen(other, record, Path, out _));
        Assert.False(RecordSealing.TryOpen(key, record.AsSpan(..^1), Path, out _));
        Assert.False(RecordSealing.TryOpen(key, record.AsSpan(..(RecordSealing.Overhead - 1)), Path, out _));
        Assert.False(RecordSealing.TryOpen(key, [], Path, out _));
    }

    [Fact]
    public void Seal_Twice_DiffersInNonceAndBody()
    {
        using var key = SecretBytes.Random(32);
        var one = RecordSealing.Seal(key, "group"u8, Path);
        var two = RecordSealing.Seal(key, "group"u8, Path);
        Assert.NotEqual(one[..24], two[..24]);
        Assert.NotEqual(one[24..], two[24..]);
    }

    [Fact]
    public void Seal_KeyOfAnotherLength_Throws()
    {
        using var key = SecretBytes.Random(16);
        Assert.Throws<ArgumentException>(() => RecordSealing.Seal(key, [], []));
    }
}
