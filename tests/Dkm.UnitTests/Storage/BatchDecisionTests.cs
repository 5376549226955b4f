namespace Dkm.UnitTests.Storage;

using System;
using System.Collections.Generic;
using System.Linq;
using Dkm.Storage;
using Xunit;

/// <summary>The pure decision on a batch, over a state of two records at manifest 1.10, written at revision 100.</summary>
public sealed class BatchDecisionTests : IDisposable
{
    private readonly StoreKey key = MultisetDigestTests.NewKey("cluster/access");
    private readonly ReplicaState state = new();
    private readonly ServiceStoreOptions options = new() { NeverDeleted = ["keys/"] };

    public BatchDecisionTests()
    {
        var records = new[] { Opened("a", 4, 1), Opened("b", 9, 2) };
        foreach (var record in records)
        {
            state.Set(record.Path, RecordFacts.Of(record));
        }

        state.Manifest = Of(10, records);
        state.ManifestRevision = 100;
        state.VerifiedRevision = 50;
    }

    public void Dispose() => key.Dispose();

    [Fact]
    public void Next_AddsUp_IsAccepted()
    {
        Accepts(Of(11, Opened("a", 4, 1), Opened("b", 9, 2), Opened("c", 11, 3)), [Opened("c", 11, 3)]);
        Accepts(Of(11, Opened("a", 11, 7), Opened("b", 9, 2)), [Opened("a", 11, 7)]);
        Accepts(Of(11, Opened("a", 4, 1)), [], "b");
        Accepts(Of(11, Opened("b", 11, 4)), [Opened("b", 11, 4)], "a");
        Accepts(Of(11, Opened("a", 4, 1), Opened("b", 9, 2)), []);
    }

    [Fact]
    public void Next_DoesNotAddUp_WantsASnapshot()
    {
        var next = Of(11, Opened("a", 11, 7), Opened("b", 9, 2));
        Assert.Equal(BatchVerdict.Snapshot, Judge(next, [Opened("a", 11, 8)]));
        Assert.Equal(BatchVerdict.Snapshot, Judge(next, [Opened("a", 10, 7)]));
        Assert.Equal(BatchVerdict.Snapshot, Judge(next, [Opened("c", 11, 7)]));
        Assert.Equal(BatchVerdict.Snapshot, Judge(next, []));
        Assert.Equal(BatchVerdict.Snapshot, Judge(next, [Opened("a", 11, 7)], "b"));
        Assert.Equal(BatchVerdict.Snapshot, Judge(next with { Count = 3 }, [Opened("a", 11, 7)]));
    }

    [Fact]
    public void Ahead_WantsASnapshot() => Assert.Equal(BatchVerdict.Snapshot, Judge(Of(12, Opened("a", 4, 1), Opened("b", 9, 2)), []));

    [Fact]
    public void Same_AtItsRevision_IsIgnored_AtAnotherWantsASnapshot()
    {
        Assert.Equal(BatchVerdict.Ignore, Judge(state.Manifest!, [], revision: 100));
        Assert.Equal(BatchVerdict.Snapshot, Judge(state.Manifest!, [], revision: 101));
    }

    [Fact]
    public void Behind_BeforeWhatIsHeld_IsIgnored_AfterItIsRefused()
    {
        Assert.Equal(BatchVerdict.Ignore, Judge(Of(9, Opened("a", 4, 1), Opened("b", 9, 2)), [Opened("b", 9, 2)], revision: 99));
        Assert.Equal(BatchVerdict.Refuse, Judge(Of(9, Opened("a", 4, 1), Opened("b", 9, 2)), [Opened("b", 9, 2)], revision: 101));
    }

    [Fact]
    public void Fork_IsRefused() => Assert.Equal(BatchVerdict.Refuse, Judge(state.Manifest! with { OperationId = 5 }, []));

    [Fact]
    public void RecordsWithoutManifest_AreRefusedAndNamed()
    {
        var decision = Decide(null, [Opened("a", 2, 9), Opened("x", 2, 9)], "b");

        Assert.Equal(BatchVerdict.Refuse, decision.Verdict);
        Assert.Contains("a: expected version 4, found version 2", decision.Why, StringComparison.Ordinal);
        Assert.Contains("x: expected nothing, found version 2", decision.Why, StringComparison.Ordinal);
        Assert.Contains("b: expected version 9, found nothing", decision.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Unopenable_IsRefusedEvenWithAManifestThatAddsUp()
    {
        var batch = new OpenedBatch(101, Of(11, Opened("a", 4, 1), Opened("b", 9, 2)), [], [], [new Refusal("a", null, "rubbish")]);

        var decision = BatchDecision.Judge(state, batch, key, options);
        Assert.Equal((BatchVerdict.Refuse, "a: expected version 4, found rubbish"), (decision.Verdict, decision.Why));
    }

    [Fact]
    public void Nothing_OrAlreadyVerified_IsIgnored()
    {
        Assert.Equal(BatchVerdict.Ignore, Judge(null, []));
        Assert.Equal(BatchVerdict.Ignore, Judge(null, [Opened("a", 2, 9)], revision: 50));
        Assert.Equal(BatchVerdict.Refuse, Judge(null, [Opened("a", 2, 9)], revision: 51));
    }

    [Fact]
    public void NeverDeleted_IsDeleted_IsRefusedThoughItAddsUp()
    {
        var records = new[] { Opened("a", 4, 1), Opened("keys/k", 9, 2) };
        state.Set("keys/k", RecordFacts.Of(records[1]));
        state.Remove("b");
        state.Manifest = Of(10, records);

        var decision = Decide(Of(11, Opened("a", 4, 1)), [], "keys/k");
        Assert.Equal(BatchVerdict.Refuse, decision.Verdict);
        Assert.StartsWith("keys/k: expected version 9, found nothing, and such records are never deleted", decision.Why, StringComparison.Ordinal);
        Accepts(Of(11, Opened("keys/k", 9, 2)), [], "a");
    }

    [Fact]
    public void Judge_AnyChoice_ChangesNothing()
    {
        var before = (state.Manifest, state.Count);
        Judge(Of(11, Opened("a", 4, 1)), [], "b");

        Assert.Equal(before, (state.Manifest, state.Count));
    }

    private static OpenedRecord Opened(string path, long version, ulong stamp) =>
        new(path, new RecordHeader(1, 1, 1, version, default), stamp, 100, []);

    private Manifest Of(long number, params OpenedRecord[] records) => new(
        new ManifestVersion(1, number),
        records.Length,
        records.Aggregate(default(MultisetDigest), (sum, record) => sum + MultisetDigest.Of(key, record.Path, record.Header.Version, record.Stamp)),
        1,
        key.Id);

    private void Accepts(Manifest manifest, IReadOnlyList<OpenedRecord> puts, params string[] deletes) =>
        Assert.Equal(BatchVerdict.Accept, Judge(manifest, puts, deletes));

    private BatchVerdict Judge(Manifest? manifest, IReadOnlyList<OpenedRecord> puts, params string[] deletes) => Decide(manifest, puts, deletes).Verdict;

    private BatchVerdict Judge(Manifest? manifest, IReadOnlyList<OpenedRecord> puts, long revision) =>
        BatchDecision.Judge(state, new OpenedBatch(revision, manifest, puts, [], []), key, options).Verdict;

    private BatchDecision Decide(Manifest? manifest, IReadOnlyList<OpenedRecord> puts, params string[] deletes) =>
        BatchDecision.Judge(state, new OpenedBatch(101, manifest, puts, deletes, []), key, options);
}
