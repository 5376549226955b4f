namespace Dkm.UnitTests.KeyRing;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Rings;
using Dkm.Storage;
using Xunit;
using Record = Dkm.Storage.Record;

public sealed class ColdMaterialsTests
{
    private const string Uid = "01900000-0000-7000-8000-000000000001";
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly RingCatalog catalog = new();
    private readonly Dictionary<string, byte[]> stored = [];
    private readonly List<string> reads = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Catalog_KeysThatAreNotInUse_AreKeptWithoutMaterial()
    {
        var keys = Enum.GetValues<StoredKeyState>().ToDictionary(state => state, state => Add(state, 1));

        var cold = keys.Where(key => Held(key.Value).IsCold).Select(key => key.Key);

        Assert.Equal([StoredKeyState.Archived, StoredKeyState.Disabled, StoredKeyState.Compromised, StoredKeyState.DestroyScheduled], cold);
        Assert.Equal([StoredKeyState.Enabled], keys.Where(key => !Held(key.Value).Wrapped.IsEmpty).Select(key => key.Key));
    }

    [Fact]
    public async Task GetAsync_ManyWaitForOneKey_OneRead()
    {
        var id = Add(StoredKeyState.Archived, 7);
        var gate = new TaskCompletionSource();
        var cold = new ColdMaterials(catalog);
        cold.Use(async path =>
        {
            reads.Add(path);
            await gate.Task;
            return stored[path];
        });

        var all = Enumerable.Range(0, 50).Select(_ => cold.GetAsync(Held(id), Token).AsTask()).ToList();
        gate.SetResult();

        foreach (var wrapped in await Task.WhenAll(all))
        {
            Assert.Equal(new byte[] { 7 }, wrapped.ToArray());
        }

        Assert.Equal(KeyRecords.Path(Uid, id), Assert.Single(reads));
        await cold.GetAsync(Held(id), Token);
        Assert.Single(reads);
    }

    [Fact]
    public async Task GetAsync_MoreKeysThanAreKept_TheFirstIsReadAgain()
    {
        var ids = Enumerable.Range(1, 3).Select(i => Add(StoredKeyState.Archived, (byte)i)).ToList();
        var cold = Cold(capacity: 2);
        foreach (var id in ids)
        {
            await cold.GetAsync(Held(id), Token);
        }

        await cold.GetAsync(Held(ids[2]), Token);
        await cold.GetAsync(Held(ids[0]), Token);

        Assert.Equal(4, reads.Count);
        Assert.Equal(reads[0], reads[3]);
    }

    [Fact]
    public async Task GetAsync_TheStoreIsAway_UnavailableAndTriedAgainNextTime()
    {
        var id = Add(StoredKeyState.Archived, 7);
        var cold = new ColdMaterials(catalog);
        Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<DkmException>(async () => await cold.GetAsync(Held(id), Token))).Kind);
        cold.Use(_ => throw new DkmException(ErrorKind.Unavailable, Reasons.StoreUnavailable, "away"));
        Assert.Equal(Reasons.StoreUnavailable, (await Assert.ThrowsAsync<DkmException>(async () => await cold.GetAsync(Held(id), Token))).Reason);

        cold.Use(path => Task.FromResult<ReadOnlyMemory<byte>>(stored[path]));

        Assert.Equal(1, (await cold.GetAsync(Held(id), Token)).Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetAsync_DestroyedSince_ItsMaterialIsForgotten(bool whileItIsRead)
    {
        var id = Add(StoredKeyState.Archived, 7);
        var asked = Held(id);
        var gate = new TaskCompletionSource();
        var cold = new ColdMaterials(catalog);
        cold.Use(async path =>
        {
            reads.Add(path);
            await gate.Task;
            return stored[path];
        });
        var reading = cold.GetAsync(asked, Token).AsTask();
        if (whileItIsRead)
        {
            Destroy(id);
            gate.SetResult();
            await reading;
        }
        else
        {
            gate.SetResult();
            await reading;
            Destroy(id);
        }

        await cold.GetAsync(asked, Token);

        Assert.Equal(2, reads.Count);
    }

    [Fact]
    public void Write_KeyWithoutItsMaterial_Throws()
    {
        var id = Add(StoredKeyState.Archived, 7);

        Assert.Throws<InvalidOperationException>(() => KeyRecords.Write(Held(id), Uid, "op"));
    }

    [Fact]
    public void Recall_OfAYoungArchivedKey_HasItsMaterial()
    {
        var id = Add(StoredKeyState.Archived, 7, age: 6);

        Assert.False(Held(id).IsCold);
        Assert.Equal(7, KeyRecords.Read(catalog.Recall(KeyRecords.Path(Uid, id), null)!.Value.Body, 0).Key.Wrapped.Span[0]);
    }

    [Fact]
    public void Recall_OfAColdKey_TakesTheMaterialFromTheOlderRecordAndTheStateFromMemory()
    {
        var id = Add(StoredKeyState.Enabled, 7);
        var path = KeyRecords.Path(Uid, id);
        var older = stored[path];
        var archived = Held(id).Archive(Now);
        catalog.Apply(new ReplicaChange(false, new ManifestVersion(1, 99), [new Record(path, RecordTypes.Key, 99, 1, 1, KeyRecords.Write(archived, Uid, "op"))], []));

        Assert.Null(catalog.Recall(path, null));
        var (type, body) = catalog.Recall(path, older)!.Value;
        var (_, key) = KeyRecords.Read(body, 0);
        Assert.Equal((RecordTypes.Key, StoredKeyState.Archived, (byte)7), (type, key.Facts.Stored, key.Wrapped.Span[0]));
    }

    private ColdMaterials Cold(int capacity)
    {
        var cold = new ColdMaterials(catalog, capacity);
        cold.Use(path =>
        {
            reads.Add(path);
            return Task.FromResult<ReadOnlyMemory<byte>>(stored[path]);
        });
        return cold;
    }

    private void Destroy(KeyId id)
    {
        var path = KeyRecords.Path(Uid, id);
        var gone = Held(id).With(StoredKeyState.Destroyed, mark: null, Now);
        catalog.Apply(new ReplicaChange(false, new ManifestVersion(1, 99), [new Record(path, RecordTypes.Key, 99, 1, 1, KeyRecords.Write(gone, Uid, "op"))], []));
    }

    private RingKey Held(KeyId id) => catalog.FindKey(id)!.Find(id)!;

    private KeyId Add(StoredKeyState state, byte material, int? age = null)
    {
        var records = new List<Record>();
        if (stored.Count == 0)
        {
            var ring = new Ring { Name = "a/b", Uid = Uid, Policy = RingPolicy.Default, WrappingKeyId = "w", UpdateTime = Now + TimeSpan.FromDays(8) };
            records.Add(new Record(RingRecords.Path(ring.Name), RecordTypes.Ring, 1, 1, 1, RingRecords.Write(ring, "op")));
        }

        var created = age is { } days ? Now + TimeSpan.FromDays(8 - days) : Now;
        var key = new RingKey(new KeyFacts(KeyId.Create(created), state, created, created))
        {
            Wrapped = state == StoredKeyState.Destroyed ? default : new byte[] { material },
            WrappingKeyId = "w",
        };
        var path = KeyRecords.Path(Uid, key.Id);
        stored[path] = KeyRecords.Write(key, Uid, "op");
        records.Add(new Record(path, RecordTypes.Key, stored.Count + 1, 1, 1, stored[path]));
        catalog.Apply(new ReplicaChange(stored.Count == 1, new ManifestVersion(1, stored.Count), records, []));
        return key.Id;
    }
}
