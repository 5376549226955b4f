namespace Dkm.UnitTests.Storage;

using System;
using System.Linq;
using Dkm.Storage;
using Xunit;

/// <summary>The pure decision on a snapshot, over a state of two records at manifest 1.10, written at revision 100.</summary>
public sealed class SnapshotDecisionTests : IDisposable
{
    private readonly StoreKey key = MultisetDigestTests.NewKey("cluster/access");
    private readonly ReplicaState state = new();
    private readonly ServiceStoreOptions options = new() { NeverDeleted = ["keys/"] };
    private readonly ReplicaMark mark = new(new ManifestVersion(1, 10), 100);
    private readonly OpenedRecord[] honest = [Opened("a", 4, 1), Opened("b", 9, 2)];

    public SnapshotDecisionTests()
    {
        foreach (var record in honest)
        {
            state.Set(record.Path, RecordFacts.Of(record));
        }

        state.Manifest = Of(10, honest);
        state.ManifestRevision = 100;
    }

    public void Dispose() => key.Dispose();

    [Fact]
    public void AddsUp_SameOrNewer_IsAdopted()
    {
        Assert.Equal(SnapshotVerdict.Adopt, Judge(Of(10, honest), 100, honest).Verdict);
        Assert.Equal(SnapshotVerdict.Adopt, Judge(Of(11, honest[0]), 120, honest[0]).Verdict);
    }

    [Fact]
    public void AddsUp_HigherEpoch_IsAdopted()
    {
        var restored = new[] { Opened("a", 2, 1), Opened("b", 3, 2) };

        Assert.Equal(SnapshotVerdict.Adopt, Judge(Of(3, restored) with { Version = new ManifestVersion(2, 3) }, 120, restored).Verdict);
    }

    [Fact]
    public void First_AddsUp_IsAdopted_AndDoesNot_IsRefused()
    {
        var empty = new ReplicaState();

        Assert.Equal(SnapshotVerdict.Adopt, SnapshotDecision.Judge(empty, Read(Of(10, honest), 100, honest), 1, default, new()).Verdict);
        Assert.Equal(SnapshotVerdict.Refuse, SnapshotDecision.Judge(empty, Read(Of(10, honest), 100, honest[0]), 1, default, new()).Verdict);
        Assert.Equal(SnapshotVerdict.Refuse, SnapshotDecision.Judge(empty, Read(null, 100), 1, default, new()).Verdict);
    }

    [Fact]
    public void Behind_WhatWasHeldBefore_IsRefused()
    {
        var decision = Judge(Of(9, honest), 120, honest);

        Assert.Equal(SnapshotVerdict.Refuse, decision.Verdict);
        Assert.Equal("manifest: expected version 1.10 or newer, found version 1.9 (an older state was put back)", Assert.Single(decision.Refusals).ToString());
    }

    [Fact]
    public void Store_WentBack_IsRefusedEvenIfItAddsUp() =>
        Assert.Equal(SnapshotVerdict.Refuse, Judge(Of(10, honest), 99, honest).Verdict);

    [Fact]
    public void Behind_WhatWasAppliedMeanwhile_IsOvertaken()
    {
        state.Manifest = Of(11, honest);
        state.ManifestRevision = 130;

        Assert.Equal(SnapshotVerdict.Overtaken, Judge(Of(10, honest), 120, honest).Verdict);
        Assert.Equal(SnapshotVerdict.Refuse, Judge(Of(10, honest), 120, honest[1]).Verdict);
    }

    [Fact]
    public void Fork_IsRefused() => Assert.Equal(SnapshotVerdict.Refuse, Judge(Of(10, honest) with { OperationId = 9 }, 120, honest).Verdict);

    [Fact]
    public void Same_DoesNotAddUp_EveryDifferenceIsNamed()
    {
        var decision = Judge(Of(10, honest), 120, Opened("a", 3, 8), Opened("x", 2, 2));

        Assert.Equal(SnapshotVerdict.Refuse, decision.Verdict);
        Assert.Equal(
            [
                "a: expected version 4, found version 3 (an older one was put back)",
                "b: expected version 9, found nothing (deleted)",
                "x: expected nothing, found version 2 (a deleted record was put back)",
            ],
            decision.Refusals.Select(refusal => refusal.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Newer_DoesNotAddUp_OnlyWhatIsSurelyWrongIsNamed()
    {
        var decision = Judge(Of(12, honest), 120, Opened("a", 3, 8), Opened("x", 2, 2));

        Assert.Equal("a: expected version 4, found version 3 (an older one was put back)", Assert.Single(decision.Refusals).ToString());
    }

    [Fact]
    public void Record_NewerThanItsManifest_IsRefused()
    {
        var records = new[] { Opened("a", 4, 1), Opened("b", 13, 2) };
        var decision = Judge(Of(12, records), 120, records);

        Assert.Equal(SnapshotVerdict.Refuse, decision.Verdict);
        Assert.StartsWith("b: expected at most version 12", decision.Refusals[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Behind_WhatWasSeenElsewhere_IsRefusedThoughNothingIsHeld()
    {
        var decision = SnapshotDecision.Judge(
            new ReplicaState(), Read(Of(10, honest), 120, honest), 1, new ReplicaMark(default, 0, new ManifestVersion(1, 11)), options);

        Assert.Equal("manifest: expected version 1.11 or newer, found version 1.10 (an older state was put back)", Assert.Single(decision.Refusals).ToString());
    }

    [Fact]
    public void Newer_AddsUpWithALowerVersion_IsRefused_AndInANewEpochAdopted()
    {
        var forked = new[] { Opened("a", 4, 1), Opened("b", 7, 5), Opened("c", 11, 3) };

        Assert.Equal("b: expected version 9, found version 7 (an older state was put back and written on)", Assert.Single(Judge(Of(11, forked), 120, forked).Refusals).ToString());
        Assert.Equal(SnapshotVerdict.Adopt, Judge(Of(11, forked) with { Version = new ManifestVersion(2, 11) }, 120, forked).Verdict);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void NeverDeleted_IsGone_IsRefusedInAnyEpoch(long epoch)
    {
        OpenedRecord[] held = [.. honest, Opened("keys/k", 8, 6)];
        state.Set("keys/k", RecordFacts.Of(held[2]));
        state.Manifest = Of(10, held);
        var forked = new[] { Opened("a", 4, 1), Opened("b", 9, 2), Opened("c", 11, 3) };

        var decision = Judge(Of(11, forked) with { Version = new ManifestVersion(epoch, 11) }, 120, forked);
        Assert.StartsWith("keys/k: expected version 8, found nothing, and such records are never deleted", Assert.Single(decision.Refusals).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void NewEpoch_InAStoreThatCountsAnew_IsAdopted() =>
        Assert.Equal(SnapshotVerdict.Adopt, Judge(Of(11, honest) with { Version = new ManifestVersion(2, 11) }, 7, honest).Verdict);

    private static OpenedRecord Opened(string path, long version, ulong stamp) =>
        new(path, new RecordHeader(1, 1, 1, version, default), stamp, 100, []);

    private Manifest Of(long number, params OpenedRecord[] records) => new(
        new ManifestVersion(1, number),
        records.Length,
        records.Aggregate(default(MultisetDigest), (sum, record) => sum + MultisetDigest.Of(key, record.Path, record.Header.Version, record.Stamp)),
        1,
        key.Id);

    private SnapshotDecision Judge(Manifest? manifest, long revision, params OpenedRecord[] records) =>
        SnapshotDecision.Judge(state, Read(manifest, revision, records), 1, mark, options);

    private Snapshot Read(Manifest? manifest, long revision, params OpenedRecord[] records)
    {
        var snapshot = new Snapshot(revision, manifest is null ? null : new StoreEntry("m", default, 1, revision, 0), manifest, key);
        foreach (var record in records)
        {
            snapshot.Add(record, MultisetDigest.Of(key, record.Path, record.Header.Version, record.Stamp));
            if (!state.Meet(record, 1))
            {
                snapshot.Changed.Add(record);
            }
        }

        return snapshot;
    }
}
