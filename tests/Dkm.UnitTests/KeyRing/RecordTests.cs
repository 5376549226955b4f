namespace Dkm.UnitTests.KeyRing;

using System;
using System.Linq;
using Dkm.Core;
using Dkm.Core.Authorization;
using Dkm.Core.Keys;
using Dkm.KeyRing.Keys;
using Dkm.KeyRing.Rings;
using Dkm.Records.V1;
using Google.Protobuf;
using Xunit;

public sealed class RecordTests
{
    private static readonly DateTimeOffset Now = RollingRing.Start;

    [Fact]
    public void RingRecord_WrittenAndRead_IsTheSame()
    {
        var ring = Ring() with { OldLeasesEnd = Now, RemovalTime = Now + TimeSpan.FromHours(1), RolloverKeyId = KeyId.Create(Now), RolloverRequestId = "r", Revision = 7 };

        var read = RingRecords.Read(RingRecords.Write(ring, "op"), 42);

        Assert.Equal(42, read.RecordVersion);
        Assert.Equal(
            (ring.Name, ring.Uid, ring.Description, ring.Revision, ring.OldLeasesEnd, ring.RemovalTime, ring.RolloverKeyId, ring.CreateTime),
            (read.Name, read.Uid, read.Description, read.Revision, read.OldLeasesEnd, read.RemovalTime, read.RolloverKeyId, read.CreateTime));
        Assert.Equal(ring.Policy with { ReadSuites = [] }, read.Policy with { ReadSuites = [] });
        Assert.Equal(ring.Policy.ReadSuites, read.Policy.ReadSuites);
        Assert.Equal(ring.Bindings[0].Permissions, read.Bindings[0].Permissions);
    }

    [Fact]
    public void RingRecord_FieldsOfANewerKeyRing_SurviveOurRewrite()
    {
        var body = RingRecords.Write(Ring(), "op");
        var newer = RingRecord.Parser.ParseFrom(body);
        newer.Policy.MergeFrom(Unknown(99));
        newer.Bindings[0].MergeFrom(Unknown(98));
        newer.MergeFrom(Unknown(97));

        var read = RingRecords.Read(newer.ToByteArray(), 1);
        var rewritten = RingRecord.Parser.ParseFrom(RingRecords.Write(read with { Description = "ours" }, newer.OperationId));

        newer.Description = "ours";
        Assert.Equal(newer, rewritten);
    }

    [Fact]
    public void KeyRecord_WrittenAndRead_IsTheSame()
    {
        var key = Key().Archive(Now + TimeSpan.FromDays(1));

        var (uid, read) = KeyRecords.Read(KeyRecords.Write(key, "uid", "op"), 42);

        Assert.Equal(("uid", key.Facts, key.ArchiveTime, 42L), (uid, read.Facts, read.ArchiveTime, read.RecordVersion));
        Assert.Equal(key.Wrapped.ToArray(), read.Wrapped.ToArray());
        Assert.True(read.Unknown.IsEmpty);
    }

    [Fact]
    public void KeyRecord_FieldsOfANewerKeyRing_SurviveOurRewrite()
    {
        var newer = KeyRecord.Parser.ParseFrom(KeyRecords.Write(Key(), "uid", "op"));
        newer.MergeFrom(Unknown(99));

        var (_, read) = KeyRecords.Read(newer.ToByteArray(), 1);

        Assert.Equal(newer, KeyRecord.Parser.ParseFrom(KeyRecords.Write(read, "uid", "op")));
    }

    [Fact]
    public void HoldGroup_WrittenAndRead_IsTheSame()
    {
        var group = new HoldGroup("uid", HoldGroup.Prints([SpiffeId.Parse("spiffe://a/ns/b/sa/c"), SpiffeId.Parse("spiffe://a/ns/b/sa/d")]), 0);

        var read = HoldGroup.Read(group.Write("op"), 3);

        Assert.Equal(group.Members.AsEnumerable(), read.Members);
        Assert.Equal(3, read.RecordVersion);
    }

    private static Ring Ring() => new()
    {
        Name = "a/b",
        Uid = "00000000-0000-7000-8000-000000000001",
        Policy = RingPolicy.Default with { KeyLease = TimeSpan.FromSeconds(90.5), Serve = ServeMode.Local },
        Bindings = [new RingBinding("workers", "group-uid", [RingPermission.Encrypt, RingPermission.Hold])],
        Description = "words",
        CreateTime = Now,
        UpdateTime = Now,
        WrappingKeyId = "w",
    };

    private static RingKey Key() => new(new KeyFacts(KeyId.Create(Now), StoredKeyState.Enabled, Now, Now + TimeSpan.FromHours(1)))
    {
        Wrapped = new byte[] { 1, 2, 3 },
        WrappingKeyId = "w",
    };

    private static byte[] Unknown(int field)
    {
        var bytes = new byte[16];
        var output = new CodedOutputStream(bytes);
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteUInt64(4711);
        return bytes[..(int)output.Position];
    }
}
