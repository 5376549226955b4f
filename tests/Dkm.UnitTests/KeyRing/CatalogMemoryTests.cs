namespace Dkm.UnitTests.KeyRing;

using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Core.Keys;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Rings;
using Dkm.Storage;
using Xunit;
using Record = Dkm.Storage.Record;

/// <summary>What a replica keeps of rings and keys, in bytes a key.</summary>
[Collection(MemoryCollection.Name)]
public sealed class CatalogMemoryTests(ITestOutputHelper output)
{
    private const int Batch = 1000;
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>DKM_MEMORY_RINGS=100000 gives the figure of a large installation.</summary>
    [Fact]
    public void RingsOfFourLiveAndSixArchivedKeys_BytesAKey_AtMost600()
    {
        var rings = int.Parse(Environment.GetEnvironmentVariable("DKM_MEMORY_RINGS") ?? "5000", CultureInfo.InvariantCulture);
        var (catalog, replica) = (new RingCatalog(), new ReplicaState());
        var before = GC.GetTotalMemory(forceFullCollection: true);

        for (var done = 0; done < rings; done += Batch)
        {
            Add(catalog, replica, done);
        }

        var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / (rings * 10.0);
        GC.KeepAlive(catalog);
        GC.KeepAlive(replica);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rings} rings of 10 keys: {bytes:F0} bytes a key, rings and the replica's versions included"));
        Assert.InRange(bytes, 100, 600);
    }

    private static void Add(RingCatalog catalog, ReplicaState replica, int first)
    {
        var records = new List<Record>();
        foreach (var number in Enumerable.Range(first, Batch))
        {
            var ring = new Ring
            {
                Name = $"tenant-{number}/mail/accounts",
                Uid = KeyId.Create(Now).ToString(),
                Policy = RingPolicy.Default,
                Bindings = [new RingBinding("mailbox-workers", "01900000-0000-7000-8000-000000000002", [RingPermission.Hold])],
                WrappingKeyId = "01900000-0000-7000-8000-000000000003",
                CreateTime = Now,
                UpdateTime = Now,
                Revision = 10,
            };
            records.Add(new Record(RingRecords.Path(ring.Name), RecordTypes.Ring, number + 1, 1, 1, RingRecords.Write(ring, "op")));
            for (var i = 0; i < 10; i++)
            {
                var state = i < 6 ? StoredKeyState.Archived : StoredKeyState.Enabled;
                var key = new RingKey(new KeyFacts(KeyId.Create(Now), state, Now - TimeSpan.FromDays(900 - (90 * i)), Now - TimeSpan.FromDays(899 - (90 * i))))
                {
                    Wrapped = new byte[40],
                    WrappingKeyId = ring.WrappingKeyId,
                    ArchiveTime = state == StoredKeyState.Archived ? Now : null,
                };
                records.Add(new Record(KeyRecords.Path(ring.Uid, key.Id), RecordTypes.Key, number + 1, 1, 1, KeyRecords.Write(key, ring.Uid, "op")));
            }
        }

        catalog.Apply(new ReplicaChange(first == 0, new ManifestVersion(1, first + 1), records, []));
        foreach (var record in records)
        {
            replica.Set(record.Path, new RecordFacts(record.Version, 1, record.Version, 1, 1));
        }
    }
}
