namespace Dkm.UnitTests.KeyRing;

using System;
using Dkm.Core;
using Dkm.KeyRing.Rings;
using Dkm.Records.V1;
using Google.Protobuf;
using Xunit;
using Record = Dkm.Storage.Record;

public sealed class RestoredRecordsTests
{
    private static readonly DateTimeOffset BackupTime = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly KeyId Id = KeyId.Create(BackupTime);

    [Fact]
    public void Rewrite_KeyThatIsNotListed_StaysAsItIs()
    {
        var records = new RestoredRecords(System.Collections.Frozen.FrozenSet<KeyId>.Empty);

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
        var records = new RestoredRecords(new System.Collections.Generic.HashSet<KeyId> { Id });

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
        var records = new RestoredRecords(new System.Collections.Generic.HashSet<KeyId> { Id });

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
        Assert.Null(new RestoredRecords(new System.Collections.Generic.HashSet<KeyId> { Id }).Rewrite(Of(type, new RingRecord()), BackupTime));

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
