namespace Dkm.UnitTests.Storage;

using System;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Storage;
using Dkm.Testing.Storage;
using Xunit;

public sealed class RecordSealerTests : IAsyncLifetime
{
    private const string Path = "/dkm/v1/access/groups/a";

    private readonly RecordSealer sealer = new("cluster", readerVersion: 3);
    private readonly MemoryRoot root = new();
    private readonly MemoryStore store = new(TimeProvider.System);
    private StoreKeys? keys;
    private StoreKey? key;

    private StoreKeys Keys => keys!;

    public async ValueTask InitializeAsync()
    {
        keys = new StoreKeys(store, new ServicePaths("access"), "cluster", root);
        key = await keys.CreateAsync(DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Keys.Dispose();
        root.Dispose();
        await store.DisposeAsync();
    }

    [Fact]
    public void Header_WrittenThenRead_IsTheSame()
    {
        var header = new RecordHeader(ushort.MaxValue, 1, ushort.MaxValue, long.MaxValue, KeyId.Create(DateTimeOffset.UnixEpoch));
        var bytes = new byte[RecordHeader.Size];
        header.Write(bytes);

        Assert.True(RecordHeader.TryRead(bytes, out var read));
        Assert.Equal(header, read);
        Assert.Equal("DKR"u8.ToArray(), bytes[..3]);
        Assert.False(RecordHeader.TryRead(bytes.AsSpan(0, bytes.Length - 1), out _));
    }

    [Fact]
    public void Open_Untouched_GivesBodyAndHeader()
    {
        var value = Seal();

        Assert.Null(sealer.Open(Keys, Entry(value), "groups/a", out var record));
        Assert.Equal("body"u8.ToArray(), record!.Body);
        Assert.Equal((7, 12L, 2, 5, 99L), (record.Header.Type, record.Header.Version, record.Header.MinReader, record.Header.MinWriter, record.ModRevision));
    }

    [Fact]
    public void Open_AnyBitFlipped_IsRefused()
    {
        var value = Seal();
        for (var bit = 0; bit < value.Length * 8; bit++)
        {
            value[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotNull(sealer.Open(Keys, Entry(value), "groups/a", out var record));
            Assert.Null(record);
            value[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Null(sealer.Open(Keys, Entry(value), "groups/a", out _));
    }

    [Fact]
    public void Open_CutOrExtended_IsRefused()
    {
        var value = Seal();
        for (var length = 0; length < value.Length; length++)
        {
            Assert.NotNull(sealer.Open(Keys, Entry(value[..length]), "groups/a", out _));
        }

        Assert.NotNull(sealer.Open(Keys, Entry([.. value, 0]), "groups/a", out _));
    }

    [Fact]
    public void Open_OtherPathOrInstallation_IsRefused()
    {
        var value = Seal();

        Assert.NotNull(sealer.Open(Keys, Entry(value, Path + "b"), "groups/ab", out _));
        Assert.NotNull(new RecordSealer("cluster2", 3).Open(Keys, Entry(value), "groups/a", out _));
        Assert.Null(new RecordSealer("cluster", 3).Open(Keys, Entry(value), "groups/a", out _));
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Open_ForNewerReaders_IsRefusedOnlyThen(int minReader, bool refused)
    {
        var value = sealer.Seal(key!, Path, new RecordHeader(7, minReader, 1, 12, key!.Id), "body"u8);

        var refusal = sealer.Open(Keys, Entry(value), "groups/a", out _);
        Assert.Equal(refused, refusal is not null);
        Assert.Equal(refused, refusal?.Upgrade ?? false);
    }

    [Fact]
    public async Task Open_Many_SaysOfEachWhatOpeningItAloneSays()
    {
        var other = await Keys.CreateAsync(DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);
        var unknown = await Keys.CreateAsync(DateTimeOffset.UnixEpoch, TestContext.Current.CancellationToken);
        byte[][] values =
        [
            Seal(), Seal(), Seal(other, 2), Seal(other, 2), Seal(), Seal(unknown, 2), Seal(key!, 4), Seal()[..40], [], Seal(),
        ];
        values[1][^1] ^= 1;
        values[3][RecordHeader.Size] ^= 1;
        Keys.Forget(unknown);
        var entries = Array.ConvertAll(values, value => (Entry(value), "groups/a"));
        var told = new (OpenedRecord? Record, Refusal? Refusal)[values.Length];

        sealer.Open(Keys, entries, (i, record, refusal) => told[i] = (record, refusal));

        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(sealer.Open(Keys, Entry(values[i]), "groups/a", out var alone), told[i].Refusal);
            Assert.Equal(alone?.Header, told[i].Record?.Header);
            Assert.Equal(alone?.Body, told[i].Record?.Body);
            Assert.Equal(alone?.Stamp, told[i].Record?.Stamp);
        }

        Assert.Equal(4, Array.FindAll(told, one => one.Record is not null).Length);
    }

    [Fact]
    public void Seal_Twice_HasAnotherStamp() => Assert.NotEqual(RecordSealer.Stamp(Seal()), RecordSealer.Stamp(Seal()));

    [Fact]
    public void WrappedStoreKey_WrittenThenRead_IsTheSame()
    {
        var bytes = new WrappedStoreKey("file:0123", new byte[] { 1, 2, 3 }).ToArray();
        var read = WrappedStoreKey.Read(bytes)!;

        Assert.Equal(("file:0123", 3), (read.RootId, read.Wrapped.Length));
        for (var length = 0; length < bytes.Length - 2; length++)
        {
            Assert.Null(WrappedStoreKey.Read(bytes.AsMemory(0, length)));
        }
    }

    private static StoreEntry Entry(byte[] value, string path = Path) => new(path, value, 1, 99, 0);

    private byte[] Seal(StoreKey with, int minReader) => sealer.Seal(with, Path, new RecordHeader(7, minReader, 5, 12, with.Id), "body"u8);

    private byte[] Seal() => sealer.Seal(key!, Path, new RecordHeader(7, 2, 5, 12, key!.Id), "body"u8);
}
