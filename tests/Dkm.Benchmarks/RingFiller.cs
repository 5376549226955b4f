namespace Dkm.Benchmarks;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Access.V1;
using Dkm.Core.Authorization;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Rings;
using Dkm.Storage;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary>
/// Writes rings as they are after some years, many to a transaction: keys of a quarter each, of which the newest are live and those before them archived. Nothing of them is due for
/// a long time.
/// </summary>
internal sealed class RingFiller(IRevisionedStore store, string rootFile, Group workers)
{
    public const int LiveKeys = 4;
    public const int ArchivedKeys = 6;
    public const int Keys = LiveKeys + ArchivedKeys;

    private static readonly RingPolicy Policy = new() { ArchiveAfter = LiveKeys };
    private static readonly TimeSpan PrimaryAge = TimeSpan.FromDays(10);

    public async Task FillAsync(IEnumerable<string> names)
    {
        var time = TimeProvider.System;
        using var root = FileRoot.Open(rootFile, create: true);
        var catalog = new RingCatalog();
        using var materials = new KeyMaterials(catalog, new ColdMaterials(catalog), time);
        materials.Use(root);
        await using var records = await ServiceStore.OpenAsync(store, "keyring", root, catalog, new ServiceStoreOptions(), time, NullLogger.Instance);
        materials.Use(records);
        var wrapping = await materials.EnsureDefaultAsync(records, CancellationToken.None);
        foreach (var some in names.Chunk(RecordChanges.MaximumChanges / (1 + Keys)))
        {
            var changes = new RecordChanges();
            foreach (var name in some)
            {
                await AddAsync(changes, name, wrapping, materials, time.GetUtcNow());
            }

            await records.CommitAsync(changes);
        }
    }

    private async Task AddAsync(RecordChanges changes, string name, string wrapping, KeyMaterials materials, DateTimeOffset now)
    {
        var ring = new Ring
        {
            Name = name,
            Uid = Guid.CreateVersion7().ToString(),
            Policy = Policy,
            Bindings = [new RingBinding(workers.Name, workers.Uid, [RingPermission.Hold])],
            CreateTime = now - PrimaryAge - (Policy.RolloverPeriod * (Keys - 1)),
            UpdateTime = now,
            Revision = Keys,
            WrappingKeyId = wrapping,
        };
        changes.Put(RingRecords.Path(name), RecordTypes.Ring, RingRecords.Write(ring, ring.Uid), expectedVersion: 0);
        for (var i = 0; i < Keys; i++)
        {
            var activate = ring.CreateTime + (Policy.RolloverPeriod * i);
            var key = await materials.CreateAsync(wrapping, activate - TimeSpan.FromDays(1), activate, CancellationToken.None);
            key = i < ArchivedKeys ? key.Archive(activate + (Policy.RolloverPeriod * LiveKeys)) : key;
            changes.Put(KeyRecords.Path(ring.Uid, key.Id), RecordTypes.Key, KeyRecords.Write(key, ring.Uid, ring.Uid), expectedVersion: 0);
        }
    }
}
