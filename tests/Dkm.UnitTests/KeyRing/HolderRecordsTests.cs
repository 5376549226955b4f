namespace Dkm.UnitTests.KeyRing;

using System;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Hosting;
using Dkm.KeyRing.Distribution;
using Dkm.KeyRing.Distribution.Holders;
using Dkm.KeyRing.Rings;
using Dkm.Records.V1;
using Dkm.Storage;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Xunit;

public sealed class HolderRecordsTests
{
    [Theory]
    [InlineData(10, 100, 100)]
    [InlineData(100, 9000, 2000)]
    public void Write_ThousandsWithLongNames_FitsATransaction(int nameLength, int count, int least)
    {
        var ids = Enumerable.Range(1000, count)
            .Select(i => SpiffeId.Parse(string.Create(CultureInfo.InvariantCulture, $"spiffe://dkm.test/ns/{new string('a', nameLength)}/sa/{i}{new string('b', nameLength)}")))
            .ToList();

        var body = HolderRecords.Write("replica", ids.Select(id => Holder(id, 1)));

        Assert.InRange(body.Length, 1, HolderRecords.MaximumBytes);
        var read = HolderRecords.Read(body);
        Assert.InRange(read.Live.Count, least, count);
        Assert.Equal((count, ids[0]), (read.All.Processes, read.Live[0].Identity));
        Assert.Equal(least < count, read.Omitted.Processes > 0);
    }

    [Fact]
    public void Write_OneIdentityWithALongNameAndManyStreams_HidesNobody()
    {
        var many = SpiffeId.Parse($"spiffe://dkm.test/ns/{new string('a', 60)}/sa/{new string('b', 60)}");
        var one = SpiffeId.Parse("spiffe://dkm.test/ns/z/sa/z");

        var read = HolderRecords.Read(HolderRecords.Write("replica", [.. Enumerable.Range(1, 9000).Select(revision => Holder(many, revision)), Holder(one, 9000)]));

        Assert.Equal(new HolderCount(9001, 2), read.All);
        Assert.Equal(default, read.Omitted);
        Assert.Equal([(many, 1L, 8999), (many, 9000L, 1), (one, 9000L, 1)], read.Live
            .GroupBy(holder => (holder.Identity, holder.Revision))
            .Select(group => (group.Key.Identity, group.Key.Revision, group.Count()))
            .OrderBy(group => group.Revision)
            .ThenBy(group => group.Identity.ToString(), StringComparer.Ordinal));
    }

    [Fact]
    public void Read_OfAnEarlierVersion_EachEntryIsOneProcess()
    {
        var record = new RingHoldersRecord { Replica = "replica" };
        record.Holders.Add(new HolderRecord { Identity = Named(0).ToString(), AcknowledgedRevision = 3, ConnectTime = RollingRing.Start.ToTimestamp() });
        record.Holders.Add(record.Holders[0].Clone());

        Assert.Equal([Holder(Named(0), 3), Holder(Named(0), 3)], HolderRecords.Read(record.ToByteArray()).Live);
    }

    [Fact]
    public async Task DemandWithdrawal_HoldersAtAnotherReplicaThatAreNotNamed_AskedForWithThem()
    {
        await using var rings = await StoredRings.OpenAsync();
        var view = await rings.AddAsync("ring");
        await using var other = rings.Store.Current.Lease(TimeSpan.FromSeconds(15));
        var record = new RingHoldersRecord { Replica = "other", OmittedProcessCount = 7, OmittedIdentityCount = 2 };
        await other.RenewAsync(StoredRings.Token);
        await other.WriteAsync([new LeasedPut(HolderRecords.Path(view.Ring.Uid, "other"), RecordTypes.RingHolders, record.ToByteArray())], [], StoredRings.Token);
        using var registry = new HolderRegistry(rings.Catalog, rings.Membership, rings.Time);
        var directory = new HolderDirectory(registry, new ReplicaPresence(rings.Store, new ReplicaIdentity(rings.Time)));

        var asked = await Assert.ThrowsAsync<DkmException>(() =>
            new BlastRadius(directory).DemandWithdrawalAsync(view, view.Keys[0].Id, confirmed: 0, StoredRings.Token));
        var status = await new RingStatus(directory, RollingRing.Timing, rings.Time).OfAsync(view, StoredRings.Token);

        Assert.Contains("7 of 7 live holders of ring 'ring' (2 of 2 identities)", asked.Message, StringComparison.Ordinal);
        Assert.StartsWith("7 holders at other replicas (2 identities) are counted and not named", status.HoldersMissing, StringComparison.Ordinal);
    }

    private static SpiffeId Named(int number) => SpiffeId.Parse($"spiffe://dkm.test/ns/mail/sa/worker-{number}");

    private static LiveHolder Holder(SpiffeId identity, long revision) => new(identity, revision, RollingRing.Start, null, "replica");
}
