namespace Dkm.UnitTests.KeyRing;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Keys;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Rings;
using Dkm.KeyRing.Rollover;
using Dkm.Storage;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using Record = Dkm.Storage.Record;

public sealed class RingCatalogTests
{
    private static readonly DateTimeOffset Now = RollingRing.Start;

    [Fact]
    public void Apply_Reset_ReplacesEverything()
    {
        var catalog = new RingCatalog();
        var gone = Keyed("gone", out var goneKey);
        Apply(catalog, reset: true, gone);
        var kept = Keyed("kept", out var key);

        Apply(catalog, reset: true, kept);

        Assert.Null(catalog.Find("gone"));
        Assert.Null(catalog.FindKey(goneKey.Id));
        Assert.Equal("kept", catalog.FindKey(key.Id)!.Ring.Name);
    }

    [Fact]
    public void Apply_AKeyChanged_ViewHasItAndListenersHearOnce()
    {
        var catalog = new RingCatalog();
        var records = Keyed("ring", out var key);
        Apply(catalog, reset: true, records);
        var heard = new List<CatalogChange>();
        catalog.Changed += heard.Add;

        Apply(catalog, reset: false, [Record(key.Archive(Now), "ring")]);

        Assert.Equal(StoredKeyState.Archived, catalog.Find("ring")!.Keys.Single().Facts.Stored);
        Assert.Equal("ring", Assert.Single(Assert.Single(heard).Rings).Ring.Name);
    }

    [Fact]
    public void Apply_ThousandsAtOnce_EachIsThereAndTheLastOfARingCounts()
    {
        var catalog = new RingCatalog();
        var names = Enumerable.Range(0, 6000).Select(i => $"ring-{i}").ToList();
        var ids = new List<KeyId>();
        var records = new List<Record>();
        foreach (var name in names)
        {
            records.AddRange(Keyed(name, out var key));
            ids.Add(key.Id);
        }

        Apply(catalog, reset: true, [.. records, Record(Ring("ring-7") with { Revision = 70 }), Record(Ring("ring-7") with { Revision = 71 })]);

        Assert.Equal(names, ids.Select(id => catalog.FindKey(id)!.Ring.Name));
        Assert.All(names, name => Assert.Single(catalog.Find(name)!.Keys));
        Assert.Equal(71, catalog.Find("ring-7")!.Revision);
    }

    [Fact]
    public void Apply_ANewEpoch_EveryRingIsNewToItsHolders()
    {
        var catalog = new RingCatalog();
        Apply(catalog, reset: true, [.. Keyed("a", out _), .. Keyed("b", out _), Record(Ring("a") with { Revision = 1_000_000 })]);
        var before = catalog.Find("a")!.Revision;
        var heard = new List<CatalogChange>();
        catalog.Changed += heard.Add;

        // As after a recovery that merged two histories: this one's count is lower than what holders of the other have seen.
        catalog.Apply(new ReplicaChange(false, new ManifestVersion(2, 1_000_010), [Record(Ring("a") with { Revision = 3 })], []));

        Assert.Equal(1_000_000, before);
        Assert.True(catalog.Find("a")!.Revision > before);
        Assert.True(catalog.Find("b")!.Revision > before);
        Assert.Equal(["a", "b"], Assert.Single(heard).Rings.Select(view => view.Ring.Name).Order());
        Apply(catalog, 2, [Record(Ring("b") with { Revision = 4 })]);
        Assert.Equal("b", Assert.Single(heard[1].Rings).Ring.Name);
    }

    [Fact]
    public void Names_AfterEachName_GoOnInByteOrder()
    {
        var catalog = new RingCatalog();
        Apply(catalog, reset: true, [.. new[] { "b", "a", "a/b", "a-b" }.SelectMany(name => Keyed(name, out _))]);

        Assert.Equal(["a", "a-b"], catalog.Content.Names(string.Empty, 2));
        Assert.Equal(["a/b", "b"], catalog.Content.Names("a-b", 10));
        Assert.Equal(["b"], catalog.Content.Names("a/c", 10));
        Assert.Empty(catalog.Content.Names("b", 10));
        Assert.Empty(catalog.Content.Names("c", 10));
    }

    [Fact]
    public void Schedule_RingChanged_OldEntryIsPassedOver()
    {
        var catalog = new RingCatalog();
        var time = new FakeTimeProvider(Now);
        using var schedule = new RolloverSchedule(catalog, RollingRing.Timing, time);
        Apply(catalog, reset: true, Keyed("ring", out _));
        Apply(catalog, reset: false, [Record(Ring("ring") with { Revision = 2 })]);

        Assert.Empty(schedule.TakeDue(Now, 10));
        Assert.Equal(2, Assert.Single(schedule.TakeDue(Now + TimeSpan.FromDays(90), 10)).Ring.Revision);
        Assert.Empty(schedule.TakeDue(Now + TimeSpan.FromDays(90), 10));
    }

    private static void Apply(RingCatalog catalog, long epoch, IReadOnlyList<Record> records) =>
        catalog.Apply(new ReplicaChange(false, new ManifestVersion(epoch, 1), records, []));

    private static void Apply(RingCatalog catalog, bool reset, IReadOnlyList<Record> records) =>
        catalog.Apply(new ReplicaChange(reset, new ManifestVersion(1, 1), records, []));

    private static List<Record> Keyed(string name, out RingKey key)
    {
        key = new RingKey(new KeyFacts(KeyId.Create(Now), StoredKeyState.Enabled, Now, Now)) { Wrapped = new byte[40], WrappingKeyId = "w" };
        return [Record(key, name), Record(Ring(name))];
    }

    private static Record Record(RingKey key, string name) =>
        new(KeyRecords.Path(Uid(name), key.Id), RecordTypes.Key, 1, 1, 1, KeyRecords.Write(key, Uid(name), "op"));

    private static Record Record(Ring ring) => new(RingRecords.Path(ring.Name), RecordTypes.Ring, 1, 1, 1, RingRecords.Write(ring, "op"));

    private static Ring Ring(string name) => new() { Name = name, Uid = Uid(name), Policy = RingPolicy.Default, WrappingKeyId = "w", Revision = 1 };

    private static string Uid(string name) => "00000000-0000-7000-8000-0000000000" + name;
}
