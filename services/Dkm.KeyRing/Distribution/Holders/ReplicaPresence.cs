namespace Dkm.KeyRing.Distribution.Holders;

using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Hosting;
using Dkm.KeyRing.Rings;
using Dkm.Storage;

/// <summary>This process among the replicas: its name, what it says of itself under its lease, and what the others say.</summary>
internal sealed class ReplicaPresence(KeyRingStore store, ReplicaIdentity replica)
{
    /// <summary>Three times as long as a replica lets pass between two renewals.</summary>
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();
    private LeasedRecords? leased;

    /// <summary>A name for this run of the process.</summary>
    public string Name => replica.Name;

    /// <summary>Whether the store is one that no other process can open, as in Standalone.</summary>
    public bool IsAloneByDesign => store.Revisioned is SqliteStore;

    /// <exception cref="DkmException">UNAVAILABLE until the store is open.</exception>
    public LeasedRecords Leased
    {
        get
        {
            var current = store.Current;
            lock (gate)
            {
                return leased ??= current.Lease(Ttl);
            }
        }
    }

    /// <summary>The holders that other replicas tell of.</summary>
    /// <exception cref="DkmException">UNAVAILABLE.</exception>
    public async Task<IEnumerable<RingHolders>> OthersHoldersAsync(string ringUid, CancellationToken token) =>
        (await OthersAsync(HolderRecords.Folder(ringUid), RecordTypes.RingHolders, token)).Select(record => HolderRecords.Read(record.Body));

    /// <summary>What time it is on the other replicas.</summary>
    /// <exception cref="DkmException">UNAVAILABLE.</exception>
    public async Task<IReadOnlyList<ReplicaClock>> OthersClocksAsync(CancellationToken token) =>
        [.. (await OthersAsync(HolderRecords.Replicas, RecordTypes.Replica, token)).Select(record => HolderRecords.ReadClock(record.Body))];

    private async Task<IEnumerable<LeasedRecord>> OthersAsync(string folder, int type, CancellationToken token) =>
        (await Leased.ReadAsync(folder, token)).Where(record => record.Type == type && !record.Path.EndsWith(Name, StringComparison.Ordinal));
}
