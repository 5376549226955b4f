namespace Dkm.UnitTests.KeyRing;

using System;
using Dkm.Core;
using Dkm.KeyRing.Rings;
using Dkm.Records.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Xunit;
using Record = Dkm.Storage.Record;

public sealed class RestoredRecordsTests
{
    private static readonly DateTimeOffset BackupTime = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Soon = new(2026, 12, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly KeyId Id = KeyId.Create(BackupTime);

    [Fact]
    public void Rewrite_KeyThatIsNotListed_StaysAsItIs()
    {
        var records = Records();

        Assert.Null(records.Rewrite(Key(KeyRecord.Types.StoredState.Enabled), BackupTime));
        Assert.Equal(0, records.Found);
    }

    [Theory]
    [InlineData(KeyRecord.Types.StoredState.Enabled)]
    [InlineData(KeyRecord.Types.StoredState.Archived)]
    [InlineData(KeyRecord.Types.StoredState.Disabled)]
    [InlineData(KeyRecord.Types.StoredState.Compromised)]
    [InlineData(KeyRecord.Types.StoredState.DestroyScheduled)]
    public void Rewrite_KeyThatIsListed_IsATombstoneWithoutMaterial(KeyRecord.Types.StoredState state)
    {
        var records = Records(Id);

        var first = records.Rewrite(Key(state), BackupTime)!;
        var again = records.Rewrite(Key(state), BackupTime)!;

        var tombstone = KeyRecord.Parser.ParseFrom(first);
        Assert.Equal((KeyRecord.Types.StoredState.Destroyed, 0), (tombstone.State, tombstone.WrappedMaterial.Length));
        Assert.Equal(("uid", "wrapping"), (tombstone.RingUid, tombstone.WrappingKeyId));
        Assert.True(first.AsSpan().SequenceEqual(again), "the same each time, or an interrupted restore could not go on");
        Assert.Equal(1, records.Found);
    }

    [Fact]
    public void Rewrite_KeyThatWasDestroyedBefore_CountsAndStaysAsItIs()
    {
        var records = Records(Id);

        Assert.Null(records.Rewrite(Key(KeyRecord.Types.StoredState.Destroyed), BackupTime));
        Assert.Equal(1, records.Found);
    }

    [Theory]
    [InlineData(RecordTypes.Ring)]
    [InlineData(RecordTypes.WrappingKey)]
    [InlineData(RecordTypes.HoldGroup)]
    [InlineData(RecordTypes.Request)]
    [InlineData(99)]
    public void Rewrite_AnythingElse_StaysAsItIs(int type) =>
        Assert.Null(Records(Id).Rewrite(Of(type, new RingRecord()), BackupTime));

    [Theory]
    [InlineData(KeyRecord.Types.StoredState.Enabled, KeyRecord.Types.StoredState.Disabled, KeyRecord.Types.StoredState.Enabled)]
    [InlineData(KeyRecord.Types.StoredState.Archived, KeyRecord.Types.StoredState.Disabled, KeyRecord.Types.StoredState.Archived)]
    [InlineData(KeyRecord.Types.StoredState.Disabled, KeyRecord.Types.StoredState.Disabled, KeyRecord.Types.StoredState.Archived)]
    [InlineData(KeyRecord.Types.StoredState.Compromised, KeyRecord.Types.StoredState.Compromised, KeyRecord.Types.StoredState.Compromised)]
    public void Rewrite_DestructionThatIsDueSoon_IsCalledOffAndOpensNoMoreThanBefore(
        KeyRecord.Types.StoredState before, KeyRecord.Types.StoredState state, KeyRecord.Types.StoredState back)
    {
        var records = Records();
        var key = Key(KeyRecord.Types.StoredState.DestroyScheduled, before, Soon);

        var first = records.Rewrite(key, BackupTime)!;

        var stopped = KeyRecord.Parser.ParseFrom(first);
        Assert.Equal((state, back, null, 40), (stopped.State, stopped.StateBefore, stopped.DestroyTime, stopped.WrappedMaterial.Length));
        Assert.Contains("2026-12-01T12:00:00Z", stopped.StateReason, StringComparison.Ordinal);
        Assert.True(first.AsSpan().SequenceEqual(Records(later: TimeSpan.FromDays(1)).Rewrite(key, BackupTime)), "the same each time, or an interrupted restore could not go on");
        Assert.Equal((1, 0), (records.CalledOff, records.Found));
    }

    [Fact]
    public void Rewrite_DestructionThatIsDueLater_StaysScheduled()
    {
        var records = Records();

        Assert.Null(records.Rewrite(Key(KeyRecord.Types.StoredState.DestroyScheduled, KeyRecord.Types.StoredState.Archived, Soon + TimeSpan.FromSeconds(1)), BackupTime));
        Assert.Equal(0, records.CalledOff);
    }

    [Theory]
    [InlineData(KeyRecord.Types.StoredState.Enabled)]
    [InlineData(KeyRecord.Types.StoredState.Archived)]
    [InlineData(KeyRecord.Types.StoredState.Compromised)]
    [InlineData(KeyRecord.Types.StoredState.Destroyed)]
    public void Rewrite_KeyThatIsNotScheduledAnyMore_StaysAsItIs(KeyRecord.Types.StoredState state) =>
        Assert.Null(Records().Rewrite(Key(state, state, BackupTime), BackupTime));

    private static RestoredRecords Records(KeyId? destroyed = null, TimeSpan later = default) =>
        new(new System.Collections.Generic.HashSet<KeyId>(destroyed is { } id ? [id] : []), Soon + later);

    private static Record Key(KeyRecord.Types.StoredState state, KeyRecord.Types.StoredState before, DateTimeOffset due) => Of(RecordTypes.Key, new KeyRecord
    {
        Id = ByteString.CopyFrom(Id.ToByteArray()),
        State = state,
        StateBefore = before,
        DestroyTime = due.ToTimestamp(),
        WrappedMaterial = ByteString.CopyFrom(new byte[40]),
    });

    private static Record Key(KeyRecord.Types.StoredState state) => Of(RecordTypes.Key, new KeyRecord
    {
        Id = ByteString.CopyFrom(Id.ToByteArray()),
        RingUid = "uid",
        State = state,
        WrappedMaterial = ByteString.CopyFrom(new byte[40]),
        WrappingKeyId = "wrapping",
    });

    private static Record Of(int type, IMessage body) => new("x", type, 2, 1, 1, body.ToByteArray());
}
