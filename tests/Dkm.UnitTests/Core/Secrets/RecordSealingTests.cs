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
        using var sealing = Fresh();
        var plaintext = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();
        var record = sealing.Seal(plaintext, Path);
        Assert.Equal(length + RecordSealing.Overhead, record.Length);
        Assert.True(sealing.TryOpen(record, Path, out var opened));
        Assert.Equal(plaintext, opened);
    }

    [Fact]
    public void TryOpen_EveryBitFlipped_IsFalse()
    {
        using var sealing = Fresh();
        var record = sealing.Seal("group"u8, Path);
        for (var bit = 0; bit < record.Length * 8; bit++)
        {
            record[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(sealing.TryOpen(record, Path, out _));
            record[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void TryOpen_MovedOrForeign_IsFalse()
    {
        using var sealing = Fresh();
        using var other = Fresh();
        var record = sealing.Seal("group"u8, Path);
        Assert.False(sealing.TryOpen(record, "/dkm/v1/keyring/rings/b"u8, out _));
        Assert.False(other.TryOpen(record, Path, out _));
        Assert.False(sealing.TryOpen(record.AsSpan(..^1), Path, out _));
        Assert.False(sealing.TryOpen(record.AsSpan(..(RecordSealing.Overhead - 1)), Path, out _));
        Assert.False(sealing.TryOpen([], Path, out _));
    }

    [Fact]
    public void Seal_Twice_DiffersInNonceAndBody()
    {
        using var sealing = Fresh();
        var one = sealing.Seal("group"u8, Path);
        var two = sealing.Seal("group"u8, Path);
        Assert.NotEqual(one[..24], two[..24]);
        Assert.NotEqual(one[24..], two[24..]);
    }

    [Fact]
    public void With_KeyOfAnotherLength_Throws()
    {
        using var key = SecretBytes.Random(16);
        Assert.Throws<ArgumentException>(() => RecordSealing.With(key));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void Open_Many_GivesEachItsOwn(int count)
    {
        using var sealing = Fresh();
        var records = Enumerable.Range(0, count).Select(i => new SealedRecord(sealing.Seal(BitConverter.GetBytes(i), Context(i)), Context(i))).ToArray();
        var plaintexts = new byte[]?[count];
        sealing.Open(records, plaintexts);
        Assert.Equal(Enumerable.Range(0, count).Select(BitConverter.GetBytes), plaintexts);
    }

    [Fact]
    public void Open_ManyWithSomeThatAreWrong_GivesNullForThoseAlone()
    {
        using var sealing = Fresh();
        using var other = Fresh();
        var records = Enumerable.Range(0, 130).Select(i => new SealedRecord(sealing.Seal(BitConverter.GetBytes(i), Context(i)), Context(i))).ToArray();
        var altered = records[3].Bytes.ToArray();
        altered[^1] ^= 1;
        records[3] = records[3] with { Bytes = altered };
        records[63] = records[63] with { Bytes = ReadOnlyMemory<byte>.Empty };
        records[64] = records[64] with { Bytes = records[64].Bytes[..(RecordSealing.Overhead - 1)] };
        records[100] = records[100] with { AssociatedData = Context(101) };
        records[129] = records[129] with { Bytes = other.Seal(BitConverter.GetBytes(129), Context(129)) };
        var plaintexts = new byte[]?[records.Length];
        sealing.Open(records, plaintexts);
        Assert.Equal([3, 63, 64, 100, 129], Enumerable.Range(0, records.Length).Where(i => plaintexts[i] is null));
        Assert.Equal(BitConverter.GetBytes(128), plaintexts[128]);
    }

    private static RecordSealing Fresh()
    {
        using var key = SecretBytes.Random(32);
        return RecordSealing.With(key);
    }

    private static byte[] Context(int i) => BitConverter.GetBytes(i + 1000);
}
